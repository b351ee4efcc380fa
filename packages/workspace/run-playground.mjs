// `pnpm playground`: trains the small networks of the page if that has not been done, builds the page as one file, and
// says where it is. `--retrain` trains them again, `--quick` trains them badly but at once, for tests.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const playground = join(dirname(fileURLToPath(import.meta.url)), '../../apps/playground')

/** @param {string[]} line */
const run = (line) => spawnSync(process.execPath, line, { cwd: playground, stdio: 'inherit' }).status ?? 1

/**
 * Builds the page; resolves to an exit code.
 * @param {string[]} words
 */
export function buildPlayground(words) {
  const unknown = words.filter((word) => !['--retrain', '--quick', '--', '--help', '-h'].includes(word))
  if (unknown.length > 0 || words.includes('--help') || words.includes('-h')) {
    console.error(
      'Usage: pnpm playground [--retrain] [--quick]\n\nBuilds a web page that trains and runs networks, as one file.',
    )
    console.error(
      '  --retrain  train its networks again\n  --quick    train them in a hurry, badly, for a page of its own: dist/quick',
    )
    return unknown.length > 0 ? 2 : 0
  }
  const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=@deep-recipe/source', '--enable-source-maps']
  const trained = run([...tsx, 'src/trained/train-all.ts', ...words.filter((word) => word !== '--')])
  if (trained !== 0) return trained
  const vite = join(playground, 'node_modules/vite/bin/vite.js')
  const isQuick = words.includes('--quick')
  const built = run([vite, 'build', '--logLevel', 'error', ...(isQuick ? ['--mode', 'quick'] : [])])
  const page = join(playground, 'dist', isQuick ? 'quick' : '', 'index.html')
  if (built === 0 && existsSync(page)) console.log(`Open it in a browser: ${page}`)
  return built
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  process.exitCode = buildPlayground(process.argv.slice(2))
}
