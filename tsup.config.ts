import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', protocol: 'src/protocol.ts', testing: 'src/testing.ts' },
  format: ['esm', 'cjs'],
  target: 'node20',
  dts: { compilerOptions: { stripInternal: true } },
  clean: true,
  sourcemap: false,
  // One copy of every class in each format, so that instanceof works across the package's entry points.
  splitting: true,
  // By Rollup, which then makes the CommonJS too: what does it otherwise takes a field for an export of the same name.
  treeshake: 'safest',
  // Optional packages are required from where samsa is, and CommonJS has no import.meta to say where that is.
  esbuildOptions(options, { format }) {
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': '__filename' }
  },
})
