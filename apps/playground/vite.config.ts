// How the page is built: from the sources of the packages, into one file that needs neither a server nor a network.
import { defaultClientConditions, defineConfig } from 'vite'
import { viteSingleFile } from 'vite-plugin-singlefile'

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@deep-recipe/source', ...defaultClientConditions] },
  plugins: [viteSingleFile()],
  build: { target: 'es2023', chunkSizeWarningLimit: 4096 },
})
