// Runs the tools of node_modules/.bin at the root of the repository, in the environment that they need.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { makeEnvironment } from './bootstrap/install.mjs'
import { repositoryRoot } from './workspace-packages.ts'

/** How a tool ended; `output` is empty where it was shown as it came. */
export interface ToolResult {
  readonly ok: boolean
  readonly output: string
}

/** Runs a tool to its end; its output is either shown as it comes or returned. */
export function runTool(output: 'show' | 'return', name: string, ...args: string[]): ToolResult {
  const { status, stdout, stderr, error } = spawnSync(join(repositoryRoot, 'node_modules/.bin', name), args, {
    cwd: repositoryRoot,
    env: makeEnvironment(),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: output === 'show' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error ?? ''}` }
}
