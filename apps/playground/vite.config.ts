// How the page is built: from the sources of the packages, into one file that needs neither a server nor a network.
// `--mode quick` takes the networks that were trained in a hurry, for tests.
import { join } from 'node:path'
import { defaultClientConditions, defineConfig } from 'vite'
import { viteSingleFile } from 'vite-plugin-singlefile'

export default defineConfig(({ mode }) => {
  const part = mode === 'quick' ? 'quick' : ''
  return {
    root: import.meta.dirname,
    resolve: {
      conditions: ['@deep-recipe/source', ...defaultClientConditions],
      alias: { '#trained': join(import.meta.dirname, 'trained', part) },
    },
    assetsInclude: ['**/*.safetensors'],
    plugins: [viteSingleFile()],
    build: { target: 'es2023', outDir: join('dist', part), chunkSizeWarningLimit: 4096 },
  }
})
