import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/** How a command ended: its exit code (127 where it is not installed) and everything it printed. */
export interface Outcome {
  readonly code: number
  readonly output: string
}

/** Runs a command to its end. A failure is a value: callers tell a missing tool from a broken one by `code`. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; timeoutMs?: number } = {},
): Promise<Outcome> {
  return new Promise(resolve => {
    execFile(
      command,
      args,
      {
        maxBuffer: 64 << 20,
        timeout: options.timeoutMs ?? 0,
        env: { ...process.env, ...options.env },
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      },
      (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`.trim()
        if (error === null) resolve({ code: 0, output })
        else if (error.code === 'ENOENT') resolve({ code: 127, output: `${command} is not installed` })
        else resolve({ code: typeof error.code === 'number' ? error.code : 1, output: output || error.message })
      },
    )
  })
}

/**
 * Whether `pid` is alive and its command line names `marker`. A process id alone proves nothing, for the system gives
 * the ids of the dead to others; the marker is a folder's name that no other process has.
 */
export async function runs(pid: number, marker: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(async () => {
    if (process.platform === 'linux') return ''
    return (await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).output
  })
  return command.includes(marker)
}

/** The last lines of a text, for error messages. */
export function tail(text: string, lines = 30): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n')
}
