import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { RingReporter } from './test/support/reporter.ts'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^samsa$/, replacement: file('./src/index.ts') },
      { find: /^samsa\/([a-z]+)$/, replacement: `${file('./src')}/$1.ts` },
    ],
  },
  test: {
    reporters: ['default', new RingReporter()],
    // By default `expect.poll` gives up after a second, which on a machine with much to do says nothing of what is waited for.
    expect: { poll: { timeout: 30_000, interval: 20 } },
    // A ring is a project: `vitest run --project unit` runs what needs nothing but Node.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/architecture/**/*.test.ts'],
          // Some put thousands of damaged inputs through a decoder; how long that takes says nothing of the decoder.
          testTimeout: 60_000,
          // To load every module anew for each file would take as long as all the tests.
          isolate: false,
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          // Other people's clients on the cluster inside the process.
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          maxWorkers: 2,
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'embedded',
          // The shared files run in two rings: on the in-process cluster, and on real brokers to see that it is like them.
          include: ['test/embedded/**/*.test.ts', 'examples/**/*.test.ts'],
          globalSetup: [file('./test/support/mock-setup.ts')],
          testTimeout: 60_000,
          isolate: false,
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'kafka',
          include: ['test/kafka/**/*.test.ts', 'test/embedded/**/*.test.ts'],
          // Starts the brokers once for all files of the ring, and only when one of them is run.
          globalSetup: [file('./test/support/kafka-setup.ts')],
          // Real brokers want the cores too; more files at a time would only wait for one another and time out.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 180_000,
          // After the others, so that what is broken in general is seen first, and the cores are the brokers'.
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
