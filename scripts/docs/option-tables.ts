import { readFileSync } from 'node:fs'
import { counterparts } from './counterparts.ts'
import { cell } from './page.ts'

/** Pages with an option table of their own: option, default, what it does, sarama, Java. */
const pages = [
  ['docs/producer.md', 'producer'],
  ['docs/consumer.md', 'consumer'],
] as const

/** Where the tables that are written by hand name other counterparts than docs/configuration.md. */
export function optionTableProblems(): string[] {
  return pages.flatMap(([path, slice]) => {
    const [, table] = readFileSync(path, 'utf8').split('| option | default | what it does | sarama | Java |\n')
    if (table === undefined) return [`${path} has no table of options`]
    const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(1)
    return rows.flatMap(row => {
      const cells = row.split(/(?<!\\)\|/).map(text => text.trim())
      const [, option = '', , , sarama, java] = cells
      const elsewhere = counterparts.get(`${slice}.${option.replaceAll('`', '')}`)
      if (elsewhere === undefined) return [`${path}: ${option} is no option`]
      const isSame = sarama === cell(elsewhere.sarama || '–') && java === cell(elsewhere.java || '–')
      return isSame ? [] : [`${path}: ${option} has other counterparts than scripts/docs/counterparts.ts`]
    })
  })
}
