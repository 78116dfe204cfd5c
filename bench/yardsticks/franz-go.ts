import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, tail } from '../../scripts/kafka/run.ts'

const folder = fileURLToPath(new URL('./franz-go/', import.meta.url))

/** The command that runs franz-go; it takes a task and tells a report, as `child.ts` does. */
export async function franzGo(command: 'produce' | 'consume', target: string): Promise<string[]> {
  const program = join(target, 'franz-go')
  if (!existsSync(program)) {
    const { code, output } = await run('go', ['build', '-o', program, '.'], { cwd: folder })
    if (code === 127) throw new Error('go is not installed')
    if (code !== 0) throw new Error(`it could not be built: ${tail(output, 5)}`)
  }
  return [program, command]
}
