// Packs the published packages as npm would get them and holds each tarball against publint (is the package.json right
// for every bundler and runtime?) and arethetypeswrong (do the types resolve wherever the code does?).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { runTool } from './run-tool.ts'
import { listPublishedPackages } from './workspace-packages.ts'

/** A packed package: `tarball` is a path. */
export interface PackedPackage {
  readonly name: string
  readonly tarball: string
}

/** Runs a tool; throws with its output if it fails. */
function run(name: string, ...args: string[]): void {
  const { ok, output } = runTool('return', name, ...args)
  if (!ok) throw new Error(`${[name, ...args].join(' ')} failed:\n${output}`)
}

/** Builds every published package and packs it into `folder`. */
export function packPublished(folder: string): PackedPackage[] {
  const published = listPublishedPackages()
  const filters = published.map(({ manifest }) => `--filter=${manifest.name}`)
  run('turbo', 'run', 'build', ...filters, '--output-logs=errors-only')
  run('pnpm', '-r', ...filters, 'pack', '--pack-destination', folder)
  return published.map(({ manifest: { name, version } }) => ({
    name,
    tarball: join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
  }))
}

/** What publint finds in a tarball, from warnings on, one line each. */
export async function lintManifest(tarball: string): Promise<string[]> {
  const data = readFileSync(tarball)
  const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, level: 'warning', strict: true })
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}

/**
 * What arethetypeswrong finds in a tarball, one line each. The packages are ES modules for Node 20 and bundlers, so the
 * resolution of Node 10 and of CommonJS importers is left out (its profile `esm-only`).
 */
export async function checkTypes(tarball: string): Promise<string[]> {
  const result = await checkPackage(createPackageFromTarballData(readFileSync(tarball)))
  if (!result.types) return ['the tarball holds no types']
  return result.problems
    .filter((problem) => !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)))
    .map((problem) => JSON.stringify(problem))
}
