import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../../src/errors/client-errors.ts'
import { draftOf } from '../../../src/producer/draft.ts'
import type { HeadersInit, ProducerMessage } from '../../../src/producer/types.ts'

/** What is wrong with a message of whatever type, one line a problem. */
function problemsOf(message: unknown): string[] {
  try {
    draftOf(message as ProducerMessage<never, never>, undefined, 0)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems.map(({ option, problem }) => `${option}: ${problem}`)
  }
  return []
}

const data = 'must be a string, a Uint8Array, an object with encode() or null'
const advice = 'give the producer a serializer for other values'

describe('draftOf', () => {
  it.each([
    { topic: 't' },
    { topic: `${'a'.repeat(246)}._-`, key: '', value: null },
    { topic: 't', key: new Uint8Array(), value: Buffer.from('x'), partition: 0, timestamp: 0 },
    { topic: 't', key: undefined, value: undefined, headers: undefined, partition: undefined, timestamp: undefined },
    { topic: 't', partition: 2 ** 31 - 1, timestamp: Number.MAX_SAFE_INTEGER },
  ])('accepts %o', message => {
    expect(problemsOf(message)).toEqual([])
  })

  it.each<[unknown, string]>([
    [undefined, 'message: must be an object, not undefined'],
    [null, 'message: must be an object, not null'],
    ['text', 'message: must be an object, not "text"'],
    [{ topic: 't', key: 5 }, `message.key: ${data}, not 5; ${advice}`],
    [{ topic: 't', key: [1] }, `message.key: ${data}, not an array; ${advice}`],
    [{ topic: 't', value: {} }, `message.value: ${data}, not an object; ${advice}`],
    [{ topic: 't', value: true }, `message.value: ${data}, not true; ${advice}`],
    [{ topic: 't', partition: -1 }, 'message.partition: must be a whole number from 0 on, not -1'],
    [{ topic: 't', partition: 1.5 }, 'message.partition: must be a whole number from 0 on, not 1.5'],
    [{ topic: 't', partition: '1' }, 'message.partition: must be a whole number from 0 on, not "1"'],
    [{ topic: 't', timestamp: -1 }, 'message.timestamp: must be whole milliseconds since 1970, not -1'],
    [{ topic: 't', timestamp: NaN }, 'message.timestamp: must be whole milliseconds since 1970, not NaN'],
    [{ topic: 't', timestamp: new Date() }, 'message.timestamp: must be whole milliseconds since 1970, not an object'],
    [{ topic: 't', headers: 5 }, 'message.headers: must be an object or a list of [name, value], not 5'],
    [{ topic: 't', headers: [['a']] }, 'message.headers: an entry must be [name, value], not an array'],
    [{ topic: 't', headers: [[1, 'b']] }, "message.headers: a header's name must be a string, not 1"],
    [{ topic: 't', headers: { a: 5 } }, `message.headers.a: ${data}, not 5; ${advice}`],
    [{ topic: 't', headers: { a: ['b', 5] } }, `message.headers.a: ${data}, not 5; ${advice}`],
  ])('refuses %o: %s', (message, problem) => {
    expect(problemsOf(message)).toEqual([problem])
  })

  it.each(['', '.', '..', 'a b', 'a/b', 'ä', 'a'.repeat(250), undefined, 5])('refuses the topic %j', topic => {
    expect(problemsOf({ topic })).toEqual([expect.stringMatching(/^message\.topic: .*is not a topic name/)])
  })

  it('tells of every field at fault', () => {
    const message = { topic: '', key: 1, value: 2, partition: -1, timestamp: -1, headers: 3 }
    expect(problemsOf(message).map(line => line.split(':')[0])).toEqual([
      'message.topic',
      'message.key',
      'message.value',
      'message.partition',
      'message.timestamp',
      'message.headers',
    ])
  })

  it.each<[HeadersInit | undefined, unknown]>([
    [undefined, null],
    [{}, []],
    [
      { a: 'x', b: null, c: ['y', null, 'z'] },
      [
        ['a', 'x'],
        ['b', null],
        ['c', 'y'],
        ['c', null],
        ['c', 'z'],
      ],
    ],
    [
      [
        ['a', 'x'],
        ['b', 'y'],
        ['a', 'z'],
      ],
      [
        ['a', 'x'],
        ['b', 'y'],
        ['a', 'z'],
      ],
    ],
    [new Map([['a', 'x']]), [['a', 'x']]],
  ])('gives the headers %j as a list, in order', (headers, list) => {
    expect(draftOf({ topic: 't', headers }, undefined, 0).headers).toEqual(list)
  })
})
