import { spawn } from 'node:child_process'

/**
 * Runs `command` when this process ends, however it ends. The guard is a shell that reads from a pipe whose other end
 * only this process holds: the system closes it at return, exit, Ctrl-C, an uncaught exception and SIGKILL alike, so no
 * signal handler is needed, and none is put into the process of a test runner that has its own. The guard has a session
 * of its own, out of reach of the terminal's Ctrl-C.
 *
 * @returns a function that sends the guard away without running the command
 */
export function guard(command: readonly string[]): () => void {
  const shell = spawn('sh', ['-c', 'read -r released && exit 0; exec "$@"', 'guard', ...command], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.on('error', () => {}) // no shell, no guard; Node's own exit paths still work
  shell.stdin.on('error', () => {})
  shell.unref()
  return () => {
    shell.stdin.end('released\n')
  }
}
