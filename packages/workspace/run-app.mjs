// Runs an app of apps/ from its sources, in the folder the user typed the command in, so that relative paths given
// to --data or --out mean what they say. `pnpm digits …`, `npm start` and the apps' own `start` scripts come here.
//
// Sources rather than built files: tsx starts an app in 0.2 s and there is nothing to build, where a build of every
// package costs seconds after each change, and Node 20 cannot strip types by itself.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const apps = join(dirname(fileURLToPath(import.meta.url)), '../../apps')

/** The names of the apps that can be run. */
export function listApps() {
  return readdirSync(apps).filter((name) => existsSync(join(apps, name, 'src/main.ts')))
}

/**
 * Runs one app until it ends; resolves to its exit code.
 * @param {string} name folder below apps/
 * @param {string[]} args handed to the app as they are
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
export function runApp(name, args, env = process.env) {
  if (!listApps().includes(name)) {
    console.error(`There is no app called "${name}": choose one of ${listApps().join(', ')}.`)
    return Promise.resolve(2)
  }
  const flags = ['--import', import.meta.resolve('tsx'), '--conditions=@deep-recipe/source', '--enable-source-maps']
  const child = spawn(process.execPath, [...flags, join(apps, name, 'src/main.ts'), ...args], {
    cwd: env.INIT_CWD ?? process.cwd(),
    env,
    stdio: 'inherit',
  })
  // Ctrl-C reaches the app too: it decides how to end, and this process waits for it.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => signal === 'SIGTERM' && child.kill(signal))
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  const [name = '', ...args] = process.argv.slice(2)
  process.exitCode = await runApp(name, args)
}
