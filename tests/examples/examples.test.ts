// Runs every example of the READMEs and of the comments as it is printed, and compares what it logs with what is said there.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'
import { BackendError } from '@deep-recipe/core-tensor'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { addImports, type Example, publishedPackages, readComments, readReadme, root } from './find-examples.ts'

const folder = mkdtempSync(join(tmpdir(), 'examples-'))
const before = process.cwd()
const exported = new Map<string, string>()
const sources = new Map(publishedPackages.flatMap(listSources))

beforeAll(async () => {
  // What an example writes goes into a folder that is thrown away.
  process.chdir(folder)
  for (const name of publishedPackages) {
    for (const [specifier, source] of listSources(name)) {
      const api = (await import(/* @vite-ignore */ source)) as object
      for (const key of Object.keys(api)) if (!exported.has(key)) exported.set(key, specifier)
    }
  }
}, 60_000)

afterAll(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

/** What can be imported from a package, each with its source; the one for Node where there is another one for browsers. */
function listSources(packageFolder: string): [specifier: string, source: string][] {
  const manifest = JSON.parse(readFileSync(join(root, packageFolder, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly exports: Readonly<Record<string, unknown>>
  }
  const forNode = join(root, packageFolder, 'src/index.node.ts')
  return Object.keys(manifest.exports)
    .filter((path) => path !== './package.json')
    .map((path) => {
      const source = join(root, packageFolder, 'src', path, 'index.ts')
      return [manifest.name + path.slice(1), path === '.' && existsSync(forNode) ? forNode : source]
    })
}

/** Runs a module over the sources of the packages; gives the lines that it logs. */
async function run(code: string, name: string): Promise<string[]> {
  const file = join(folder, `${name.replace(/\W+/g, '-')}.ts`)
  const toSource = (quoted: string, specifier: string): string => JSON.stringify(sources.get(specifier)) ?? quoted
  writeFileSync(file, code.replace(/'(@deep-recipe\/[\w/-]+)'/g, toSource))
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    await import(/* @vite-ignore */ pathToFileURL(file).pathname)
    return log.mock.calls.map((values) => format(...values))
  } finally {
    log.mockRestore()
  }
}

/** Spaces and line breaks are the printer's. */
const squeeze = (text: string): string => text.replace(/\s+/g, '')

/** What comments behind calls of console.log promise; undefined for a call without one, which may print anything. */
function promisedLogs({ code, printed }: Example): (string | undefined)[] {
  if (printed !== undefined) return [printed]
  return [...code.matchAll(/console\.log\(.*\)(?: \/\/ (.*))?$/gm)].map(([, comment]) => comment)
}

const timeout = 60_000

function expectLogs(logs: readonly string[], promised: readonly (string | undefined)[]): void {
  expect(logs.length).toBeGreaterThanOrEqual(promised.length)
  if (promised.includes(undefined)) return
  // A loop says the same several times.
  const once = (lines: readonly string[]): string[] => lines.filter((line, at) => line !== lines[at - 1])
  const [said, wanted] = [logs.map(squeeze), promised.map((one) => squeeze(one as string))]
  expect(said.length === wanted.length ? said : once(said)).toEqual(wanted)
}

/** Runs an example and looks at what it logs; one that needs a device this machine does not have is skipped. */
async function check(example: Example, code: string, skip: (note: string) => never): Promise<void> {
  let logs: string[]
  try {
    logs = await run(code, example.name)
  } catch (error) {
    if (error instanceof BackendError && example.name.includes('-kernels')) skip(error.message)
    throw error
  }
  expectLogs(logs, promisedLogs(example))
}

describe.each(['README.md', ...publishedPackages.map((name) => `${name}/README.md`)])('%s', (file) => {
  const examples = readReadme(file)

  test.for(examples)('$name', { timeout }, async (example, { skip }) => {
    await check(example, example.code, skip)
  })

  // The README of the repository begins with the commands of a fresh machine.
  const first = file === 'README.md' ? 12 : 10
  test('shows its first example within ten lines', () => {
    const lines = readFileSync(join(root, file), 'utf8').split('\n')
    expect(lines.findIndex((line) => /^```(ts|sh)$/.test(line))).toBeLessThan(first)
  })
})

describe.each(publishedPackages.filter((name) => readComments(name).length > 0))('comments of %s', (name) => {
  const examples = readComments(name)
  test.for(examples)('$name', { timeout }, async (example, { skip }) => {
    await check(example, addImports(example.code, exported), skip)
  })
})
