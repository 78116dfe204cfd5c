/** Measures samsa next to other clients on a real Kafka: `npm run bench -- produce`, `consume` or `group`. What else there is to say a command tells. */
import { main as consume } from './consume/main.ts'
import { main as group } from './group/main.ts'
import { main as produce } from './produce/main.ts'

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { produce, consume, group }

const [name = '', ...args] = process.argv.slice(2)
const command = commands[name]
if (command === undefined) {
  console.log(`usage: npm run bench -- ${Object.keys(commands).join(' | ')} [OPTION ...]`)
  process.exitCode = 2
} else {
  await command(args)
}
