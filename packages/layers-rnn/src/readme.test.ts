// Runs every example of the README and of the comments in the sources, and compares what it logs with the comments beside.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import * as core from '@deep-recipe/core-tensor'
import * as layers from '@deep-recipe/layers-core'
import { afterAll, describe, expect, test, vi } from 'vitest'
import * as rnn from './index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string)

/** Examples in comments leave out their imports: whatever they name of the three packages is imported. */
function addImports(code: string): string {
  const named = (api: object): string =>
    Object.keys(api)
      .filter((name) => new RegExp(`\\b${name}\\(|\\b${name}\\b(?=[,)])`).test(code))
      .join(', ')
  const packages = { 'core-tensor': core, 'layers-core': layers, 'layers-rnn': rnn }
  const imports = Object.entries(packages).map(
    ([name, api]) => `import { ${named(api)} } from '@deep-recipe/${name}'\n`,
  )
  return imports.join('') + code
}

const commented = readdirSync(new URL('.', import.meta.url)).flatMap((file): [string, string][] => {
  if (!file.endsWith('.ts') || file.endsWith('.test.ts')) return []
  const source = readFileSync(new URL(file, import.meta.url), 'utf8')
  return [...source.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => [
    file,
    addImports((code as string).replace(/^ \* ?/gm, '')),
  ])
})

const folder = mkdtempSync(join(tmpdir(), 'readme-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs an example as a module of its own, over the sources of the packages. */
async function runExample(code: string, name: string): Promise<void> {
  const toSource = (_: string, other: string): string =>
    JSON.stringify(fileURLToPath(new URL(`../../${other}/src/index.ts`, import.meta.url)))
  const file = join(folder, `${name}.ts`)
  writeFileSync(file, code.replace(/'@deep-recipe\/([\w-]+)'/g, toSource))
  await import(/* @vite-ignore */ file)
}

/** Spaces and line breaks are the printer's. */
const squeeze = (text: string): string => text.replace(/\s+/g, '')

describe('README', () => {
  test.each([...examples.map((code, at) => [String(at + 1), code] as const), ...commented])(
    'example %s',
    { timeout: 60_000 },
    async (at, code) => {
      const log = vi.spyOn(console, 'log').mockImplementation(() => {})
      try {
        await runExample(code, `example-${at}`)
        const wanted = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) =>
          squeeze(comment as string),
        )
        expect(wanted.length).toBeGreaterThan(0)
        expect(log.mock.calls.map((values) => squeeze(format(...values)))).toEqual(wanted)
      } finally {
        log.mockRestore()
      }
    },
  )

  test('shows its first example within ten lines', () => {
    expect(readme.split('\n').indexOf('```ts')).toBeLessThan(10)
    expect(examples.length).toBe(5)
    expect(commented.map(([file]) => file)).toEqual(['mask.ts', 'run-recurrent.ts', 'torch.ts'])
  })
})
