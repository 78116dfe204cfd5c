/** Measures samsa next to other clients on a real Kafka: `npm run bench -- produce`, or `consume`. What else there is to say a command tells. */
import { main as consume } from './consume/main.ts'
import { main as produce } from './produce/main.ts'

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { produce, consume }

const [name = '', ...args] = process.argv.slice(2)
const command = commands[name]
if (command === undefined) {
  console.log(`usage: npm run bench -- ${Object.keys(commands).join(' | ')} [OPTION ...]`)
  process.exitCode = 2
} else {
  await command(args)
}
