import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { logEnd } from '../../../scripts/kafka/broker.ts'
import { imageVariable } from '../../../scripts/kafka/docker.ts'
import { formatProperties, initialControllers, serverProperties } from '../../../scripts/kafka/properties.ts'

const plans = [1, 2, 3].map(id => ({
  id,
  folder: `/tmp/k/broker-${id}`,
  port: 9091 + id,
  controllerPort: 19091 + id,
  directoryId: `directory-${id}`,
  listenerPorts: { TLS: 29091 + id },
}))
const [first = plans[0]!] = plans

describe('broker configuration', () => {
  it('puts every broker into the quorum and every listener into place', () => {
    expect(serverProperties(first, plans, { listeners: { TLS: 'SSL' } })).toMatchObject({
      'controller.quorum.voters': '1@127.0.0.1:19092,2@127.0.0.1:19093,3@127.0.0.1:19094',
      listeners: 'PLAINTEXT://127.0.0.1:9092,TLS://127.0.0.1:29092,CONTROLLER://127.0.0.1:19092',
      'advertised.listeners': 'PLAINTEXT://127.0.0.1:9092,TLS://127.0.0.1:29092',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,TLS:SSL',
      'broker.rack': 'rack-1',
      'offsets.topic.replication.factor': '3',
      'transaction.state.log.min.isr': '2',
    })
  })

  it('leaves the voters of a dynamic quorum to the formatting of the storage', () => {
    const properties = serverProperties(first, plans, { dynamicQuorum: true })
    const servers = '127.0.0.1:19092,127.0.0.1:19093,127.0.0.1:19094'
    expect(properties).toMatchObject({ 'controller.quorum.bootstrap.servers': servers })
    expect(properties).not.toHaveProperty('controller.quorum.voters')
    expect(initialControllers(plans.slice(1))).toBe('2@127.0.0.1:19093:directory-2,3@127.0.0.1:19094:directory-3')
  })

  it('gives every log dir a folder of its own', () => {
    expect(serverProperties(first, [first])['log.dirs']).toBe('/tmp/k/broker-1/data')
    expect(serverProperties(first, [first], { logDirs: 2 })['log.dirs']).toBe(
      '/tmp/k/broker-1/data,/tmp/k/broker-1/data2',
    )
  })

  it('lets the caller have the last word', () => {
    const properties = serverProperties(first, [first], { config: { 'group.initial.rebalance.delay.ms': '100' } })
    expect(properties).toMatchObject({
      'group.initial.rebalance.delay.ms': '100',
      'offsets.topic.replication.factor': '1',
    })
  })

  it('escapes what a properties file takes for syntax', () => {
    expect(formatProperties({ a: 'C:\\x', b: 'two\nlines' })).toBe('a=C:\\\\x\nb=two\\nlines\n')
  })

  it('spells settings as the image takes them', () => {
    expect(imageVariable('message.max.bytes')).toBe('KAFKA_MESSAGE_MAX_BYTES')
    expect(imageVariable('listener.name.a.scram-sha-256.x_y')).toBe('KAFKA_LISTENER_NAME_A_SCRAM___SHA___256_X__Y')
  })

  it.each([
    [1, [first], 'x-one'],
    [3, plans, 'x-three'],
  ] as const)('gives %i containers the same test settings as Java processes', (_, cluster, anchor) => {
    const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8')
    const blocks = compose.split('\n\n').filter(block => block.startsWith('x-environment') || block.startsWith(anchor))
    const inCompose = blocks.join('\n').split('\n')
    const same = Object.entries(serverProperties(first, cluster)).filter(([key]) =>
      /factor|isr|replicas|partitions|delay/.test(key),
    )
    expect(same).toHaveLength(11)
    for (const [key, value] of same) expect(inCompose).toContain(`  ${imageVariable(key)}: ${value}`)
  })
})

describe('the end of a log', () => {
  it('is what went wrong, not the shutdown that followed', () => {
    const chatter = '07:00 [main] INFO Server - Shutdown completed\n'
    expect(logEnd(`${chatter}07:00 [main] ERROR Fault - bad\njava.lang.Exception: bad\n${chatter.repeat(99)}`)).toBe(
      '07:00 [main] ERROR Fault - bad\njava.lang.Exception: bad',
    )
    expect(logEnd(chatter)).toBe(chatter.trim())
  })
})
