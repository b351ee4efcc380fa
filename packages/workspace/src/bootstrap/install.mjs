// Brings node_modules up to date with the lockfile through the pinned pnpm, shows how far it is, and turns a failure
// into one sentence that says what to do.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..')

/** The environment of everything started from here. */
export function makeEnvironment() {
  /** @type {NodeJS.ProcessEnv} */
  const env = { TURBO_TELEMETRY_DISABLED: '1', npm_config_loglevel: 'error', ...process.env }
  // turbo starts the pnpm it finds on PATH.
  env.PATH = [join(root, 'node_modules/.bin'), env.PATH ?? ''].join(delimiter)
  // Build native code against the headers that came with this Node, where they did, instead of downloading them.
  const prefix = dirname(dirname(realpathSync(process.execPath)))
  if (existsSync(join(prefix, 'include/node/node.h'))) env.npm_config_nodedir ??= prefix
  return env
}

/** The pinned pnpm: the one in node_modules, else (the first time) through npx. */
function findPnpm() {
  const local = join(root, 'node_modules/.bin/pnpm')
  if (existsSync(local)) return [local]
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return ['npx', '--yes', packageManager]
}

/** Whether the native part of the optional `gl` package is built, and for this Node. */
export function isGlBuilt() {
  try {
    createRequire(import.meta.url)(join(root, 'packages/gl-kernels/node_modules/gl/build/Release/webgl.node'))
    return true
  } catch {
    return false
  }
}

/**
 * One sentence for what the output of a failed install shows, or undefined where it shows nothing known.
 * @param {string} output
 * @returns {string | undefined}
 */
export function explainFailure(output) {
  if (/ENOSPC|no space left/i.test(output)) {
    return 'There is no space left on the disk: the dependencies take about 1 GB, free that much and run the command again.'
  }
  if (/EROFS|EACCES|EPERM|permission denied/i.test(output)) {
    return `The dependencies cannot be written: make ${root} and your home folder writable for this user and run the command again.`
  }
  if (/OUTDATED_LOCKFILE|FROZEN_LOCKFILE/.test(output)) {
    return 'pnpm-lock.yaml does not fit the package.json files: run `pnpm install` and commit the lockfile.'
  }
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|META_FETCH_FAIL|FETCH_\d|request to .* failed|error sending request/i.test(
      output,
    )
  ) {
    return 'The npm registry cannot be reached: check the network, the proxy and `npm config get registry`, and run the command again.'
  }
  if (/spawn npx ENOENT|npx: not found/.test(output)) {
    return 'npx was not found: it comes with npm, install npm beside Node and run the command again.'
  }
  return undefined
}

/**
 * Runs a command, passing on the lines of its output that tell how far it is.
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number, output: string }>}
 */
function runQuietly([program = '', ...args], env) {
  const child = spawn(program, args, {
    cwd: root,
    env,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let rest = ''
  let compiling = false
  let shown = 0
  let warnings = 0
  /** @param {string} line */
  const showProgress = (line) => {
    if (/[/\\]gl install(:|\$)/.test(line)) {
      // The compiler's own remarks run to hundreds of lines.
      if (!compiling) console.log('  compiling headless GL (about 10 s, optional)')
      compiling = true
    } else if (line.startsWith('Progress:')) {
      const done = line.includes(', done')
      if (!done && Date.now() - shown < 2000) return
      shown = Date.now()
      console.log(`  ${line.slice('Progress: '.length)}`)
    } else if (/\b(WARN|ERR_PNPM\w*|ERROR)\b/.test(line) && ++warnings <= 3) {
      // Without a network every package would warn, several times over.
      console.log(`  ${line.trim()}`)
    }
  }
  /** @param {Buffer} chunk */
  const read = (chunk) => {
    output = (output + chunk).slice(-200_000)
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(showProgress)
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: `${output}\n${error.message}` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/**
 * Installs the dependencies of the whole workspace.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>} whether all but the optional ones are there
 */
export async function installDependencies(env) {
  const fresh = !existsSync(join(root, 'node_modules/.modules.yaml'))
  if (fresh) console.log('Installing the dependencies (half a minute the first time)')
  const { code, output } = await runQuietly([...findPnpm(), 'install', '--reporter=append-only'], env)
  if (code === 0) return true
  const reason = explainFailure(output)
  if (!reason) console.error(output.split('\n').slice(-30).join('\n'))
  console.error(reason ?? 'Installing the dependencies failed: the lines above say why.')
  return false
}

/**
 * Builds `gl` where an earlier install could not (or did for another Node): pnpm does that only when forced. Tried once
 * for each Node, because where it fails for want of headers or network it would fail at every start. Never fails.
 * @param {NodeJS.ProcessEnv} env
 */
export async function rebuildGl(env) {
  const folder = join(root, 'node_modules/.cache')
  const stamp = join(folder, `gl-build-tried-${process.versions.modules}`)
  if (isGlBuilt() || existsSync(stamp)) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(stamp, '')
  await runQuietly([...findPnpm(), 'install', '--frozen-lockfile', '--force', '--reporter=append-only'], env)
  if (!isGlBuilt()) {
    console.log(`Going on without headless GL: it could not be compiled (to try again: rm ${stamp}).`)
  }
}
