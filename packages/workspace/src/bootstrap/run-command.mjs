// What `npm start`, `npm test` and the like do once Node is known to be new enough: system packages, dependencies, then the job.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { installDependencies, isGlBuilt, makeEnvironment, rebuildGl, root } from './install.mjs'
import { prepareSystem } from './system-packages.mjs'

/**
 * Prepares the machine and the dependencies, then runs the command; resolves to the exit code.
 * @param {string} command 'start', 'test', or a task of turbo.json
 * @param {string[]} args for start: an app and its arguments; for test: the names of the checks to run (all if none); for a
 *   task: flags of turbo
 * @returns {Promise<number>}
 */
export async function runCommand(command, args) {
  const env = makeEnvironment()
  const complete = prepareSystem(isGlBuilt(), env)
  if (!(await installDependencies(env))) {
    if (command === 'test') console.log('0 passed, 1 failed')
    return 1
  }
  if (complete) await rebuildGl(env)
  // Part of the hash of the test tasks: what is skipped for want of GL must not be taken from the cache as passed.
  env.HEADLESS_GL = String(complete && isGlBuilt())

  /** @param {string[]} line */
  const run = ([program = '', ...rest]) => spawnSync(program, rest, { cwd: root, env, stdio: 'inherit' }).status ?? 1
  if (command === 'test') {
    const checks = join(root, 'packages/workspace/src/run-checks.ts')
    return run([process.execPath, '--import', import.meta.resolve('tsx'), checks, ...args])
  }
  if (command !== 'start') return run([join(root, 'node_modules/.bin/turbo'), 'run', command, ...args])

  const tsx = import.meta.resolve('tsx')
  if (args.length === 0) {
    const tour = join(root, 'packages/workspace/src/tour/main.ts')
    return run([process.execPath, '--import', tsx, '--conditions=@deep-recipe/source', '--enable-source-maps', tour])
  }
  const { runApp } = await import('../../run-app.mjs')
  const [app = '', ...rest] = args
  console.log(`Running: pnpm ${[app, ...rest].join(' ')}`)
  return runApp(app, rest, env)
}
