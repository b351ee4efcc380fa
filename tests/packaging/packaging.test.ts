// What a user gets from npm: every published package is packed, the tarballs are installed with npm in an empty folder
// outside the workspace, and from there each is imported by plain JavaScript, typechecked by a strict TypeScript, and bundled.
// pnpm, which lets a package see nothing that it does not declare, installs them once more, with the native packages.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkTypes, lintManifest, type PackedPackage, packPublished } from '@deep-recipe/workspace/pack.ts'
import { listPublishedPackages, type Manifest, repositoryRoot } from '@deep-recipe/workspace/workspace-packages.ts'
import { build, type Rollup } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const published = listPublishedPackages()

/** What can be imported from a package: its name, and its name with each path it exports. */
const listEntries = ({ name, exports = {} }: Manifest): string[] =>
  Object.keys(exports)
    .filter((path) => path !== './package.json' && !path.includes('*'))
    .map((path) => name + path.slice(1))

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'recipe-packaging-')))
const consumer = join(folder, 'consumer')
let packed: PackedPackage[] = []

/** Runs a command in the consumer's folder; returns its exit code and all it printed. */
function run(command: string, ...args: string[]): { status: number | null; output: string } {
  return runIn(consumer, command, ...args)
}

/** Runs a command in a folder. */
function runIn(cwd: string, command: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
    shell: process.platform === 'win32' && command === 'npm',
  })
  return { status, output: `${stdout}${stderr}${error ?? ''}` }
}

const installed = (name: string, ...path: string[]): string => join(consumer, 'node_modules', name, ...path)

beforeAll(() => {
  packed = packPublished(folder)
  mkdirSync(consumer)
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  // Without the optional native packages, as on a machine where they cannot be built.
  const flags = ['--omit=optional', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  const { status, output } = run('npm', 'install', ...flags, ...packed.map(({ tarball }) => tarball))
  if (status !== 0) throw new Error(`npm could not install the tarballs:\n${output}`)
}, 180_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(published)('$manifest.name', ({ manifest }) => {
  const { name } = manifest
  const tarballOf = (): string => packed.find((each) => each.name === name)?.tarball ?? ''

  test('holds sources and built files, no tests', () => {
    const files = readdirSync(installed(name), { recursive: true }).map(String)
    expect(files).toContain(join('dist', 'index.js'))
    expect(files).toContain(join('dist', 'index.d.ts'))
    expect(files).toContain(join('src', 'index.ts'))
    expect(files).toContain('LICENSE')
    expect(files.filter((file) => /\.test\.|fixtures|tsbuildinfo|tsconfig/.test(file))).toEqual([])
  })

  test('names versions that npm understands', () => {
    const text = readFileSync(installed(name, 'package.json'), 'utf8')
    expect(text).not.toMatch(/workspace:|catalog:/)
    const { peerDependencies } = JSON.parse(text) as Manifest
    if (name !== '@deep-recipe/core-tensor') expect(peerDependencies).toHaveProperty(['@deep-recipe/core-tensor'])
  })

  test('has a package.json that publint accepts', async () => {
    expect(await lintManifest(tarballOf())).toEqual([])
  })

  test('has types that resolve wherever the code does', async () => {
    expect(await checkTypes(tarballOf())).toEqual([])
  })

  test.each(listEntries(manifest))('%s is imported by plain JavaScript, and nothing happens on import', (entry) => {
    const { status, output } = run(process.execPath, '--input-type=module', '--eval', `await import('${entry}')`)
    expect({ status, output }).toEqual({ status: 0, output: '' })
  })
})

describe('a strict TypeScript consumer', () => {
  test.each(['nodenext', 'bundler'])('typechecks with moduleResolution %s', (moduleResolution) => {
    const entries = published.flatMap(({ manifest }) => listEntries(manifest))
    const lines = entries.map((entry, place) => `import * as entry${place} from '${entry}'`)
    const all = `export const all = [${entries.map((_, place) => `entry${place}`).join(', ')}]`
    writeFileSync(join(consumer, 'consumer.ts'), [...lines, all, ''].join('\n'))
    const options = {
      module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution,
      moduleResolution,
      target: 'es2023',
      lib: ['es2023', 'dom'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types: [], // what a package needs, @types/node for one, it must bring along
    }
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }))
    const { output } = run(join(repositoryRoot, 'node_modules/.bin/tsc'), '-p', 'tsconfig.json')
    expect(output).toBe('')
  })

  test('is told about a wrong type: the check above can fail', () => {
    writeFileSync(
      join(consumer, 'wrong.ts'),
      "import { missing } from '@deep-recipe/core-tensor'\nexport { missing }\n",
    )
    const options = { module: 'nodenext', noEmit: true, types: [] }
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['wrong.ts'] }))
    expect(run(join(repositoryRoot, 'node_modules/.bin/tsc'), '-p', 'tsconfig.json').output).toContain('TS2305')
  })
})

describe('a bundler', () => {
  /** The code that is left of a module with these lines. */
  const bundle = async (...lines: string[]): Promise<string> => {
    const entry = join(consumer, 'bundled.js')
    writeFileSync(entry, lines.join('\n'))
    const result = await build({
      root: consumer,
      configFile: false,
      logLevel: 'error',
      build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'bundled' } },
    })
    const { output } = (Array.isArray(result) ? result[0] : result) as Rollup.RollupOutput
    return output.map((file) => (file.type === 'chunk' ? file.code : '')).join('\n')
  }

  test('leaves out every package of which nothing is used', async () => {
    const entries = published.flatMap(({ manifest }) => listEntries(manifest))
    expect((await bundle(...entries.map((entry) => `import '${entry}'`))).trim()).toBe('')
    expect((await bundle(...entries.map((entry, place) => `import * as entry${place} from '${entry}'`))).trim()).toBe(
      '',
    )
  })

  test('takes what is used and leaves its neighbours out', async () => {
    const code = await bundle("export { dense } from '@deep-recipe/layers-core'")
    expect(code).toContain('matmul')
    expect(code).not.toMatch(/batchNorm|layerNorm|orthogonal/i)
    const all = await bundle("export * from '@deep-recipe/layers-core'")
    expect(all).toMatch(/batchNorm/)
  })
})

describe('pnpm', () => {
  const strict = join(folder, 'strict')

  test('installs them apart from each other; each finds what it imports, and the native runtime works', () => {
    mkdirSync(strict)
    const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]))
    writeFileSync(
      join(strict, 'package.json'),
      JSON.stringify({ name: 'strict', private: true, type: 'module', dependencies: tarballs }),
    )
    // The versions are not on npm yet: whoever depends on one of them gets its tarball.
    const overrides = Object.entries(tarballs).map(([name, tarball]) => `  '${name}': '${tarball}'`)
    writeFileSync(
      join(strict, 'pnpm-workspace.yaml'),
      ['minimumReleaseAge: 0', 'overrides:', ...overrides, ''].join('\n'),
    )
    const pnpm = join(repositoryRoot, 'node_modules/.bin/pnpm')
    const installed = runIn(strict, pnpm, 'install', '--prefer-offline', '--ignore-scripts')
    expect(installed).toMatchObject({ status: 0 })
    const entries = published.flatMap(({ manifest }) => listEntries(manifest))
    const script = [
      ...entries.map((entry) => `await import('${entry}')`),
      "const { openOnnx } = await import('@deep-recipe/onnx-kernels')",
      "const { compile } = await import('@deep-recipe/core-tensor')",
      'const backend = await openOnnx()',
      'console.log(await (await compile(backend, (x) => x.square().sum())([3, 4])).item())',
      'backend.close()',
    ].join('\n')
    expect(runIn(strict, process.execPath, '--input-type=module', '--eval', script)).toEqual({
      status: 0,
      output: '25\n',
    })
  }, 180_000)
})
