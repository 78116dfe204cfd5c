import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', protocol: 'src/protocol.ts' },
  format: ['esm', 'cjs'],
  target: 'node20',
  dts: { compilerOptions: { stripInternal: true } },
  clean: true,
  sourcemap: false,
  // One copy of every class in each format, so that instanceof works across the package's entry points.
  splitting: true,
})
