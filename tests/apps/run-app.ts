// Runs an app as a user does: in a folder of their own, by the command at the root, watching what it prints.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, vi } from 'vitest'

const root = join(import.meta.dirname, '../..')
const runner = join(root, 'packages/workspace/run-app.mjs')

/** How a command ended. */
export interface Ending {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A command that is running. */
export interface Running {
  readonly ending: Promise<Ending>
  /** Waits until standard error holds a text. Rejects where the command ends without. */
  waitFor(text: string): Promise<void>
  /** Sends a signal to all of its processes, as a terminal does. */
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void
}

// Processes take their time on a busy machine.
export const patience = 120_000
vi.setConfig({ testTimeout: patience, hookTimeout: patience })

/** A folder that is gone when the tests of the file are over. */
export function makeFolder(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The environment of somebody who types in a shell; without what the package manager that runs the tests has set. */
function shellEnvironment(): NodeJS.ProcessEnv {
  const isForeign = (name: string): boolean =>
    /^(npm_|PNPM_|INIT_CWD$|RECIPE_|VITEST|NODE_ENV$|FORCE_COLOR$)/i.test(name)
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)))
}

/** Types `pnpm APP WORDS` in a folder. */
export function startApp(folder: string, app: string, words: readonly string[]): Running {
  return watch(
    spawn(process.execPath, [runner, app, ...words], {
      cwd: folder,
      env: shellEnvironment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
}

/** Types a line into a shell in which `pnpm` is what the root's package.json makes of it. */
export function startLine(folder: string, line: string): Running {
  const pnpm = `pnpm() { '${process.execPath}' '${runner}' "$@"; }`
  return watch(
    spawn('/bin/bash', ['-c', `set -o pipefail\n${pnpm}\n${line}`], {
      cwd: folder,
      env: shellEnvironment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
}

/** Commands that are still running: a test that fails leaves none behind. */
const running = new Set<Running>()
afterAll(() => {
  for (const one of running) one.signal('SIGKILL')
})

function watch(child: ChildProcess): Running {
  const texts = { out: '', err: '' }
  const waiting = new Set<() => void>()
  child.stdout?.on('data', (data) => {
    texts.out += String(data)
  })
  child.stderr?.on('data', (data) => {
    texts.err += String(data)
    for (const look of waiting) look()
  })
  const ending = new Promise<Ending>((resolve) => child.on('close', (code) => resolve({ code, ...texts })))
  const handle: Running = {
    ending,
    waitFor: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!texts.err.includes(text)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
        ending.then(() => reject(new Error(`It ended before it said ${JSON.stringify(text)}: ${texts.err}`)))
      }),
    signal: (name) => {
      try {
        process.kill(-(child.pid as number), name)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // it has ended by itself
      }
    },
  }
  running.add(handle)
  ending.then(() => running.delete(handle))
  return handle
}

/** Types `pnpm APP WORDS` in a folder and waits for the end. */
export function runApp(folder: string, app: string, ...words: string[]): Promise<Ending> {
  return startApp(folder, app, words).ending
}

/** The last line of standard output. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) as string
}
