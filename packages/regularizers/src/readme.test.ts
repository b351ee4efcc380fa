// Runs every example of the README as it is printed there, and compares what it logs with the comments beside.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import { afterAll, describe, expect, test, vi } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string)

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
  test.each(examples.map((code, at) => [at + 1, code] as const))(
    'example %i',
    { timeout: 60_000 },
    async (at, code) => {
      const log = vi.spyOn(console, 'log').mockImplementation(() => {})
      try {
        await runExample(code, `example${at}`)
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
    expect(examples.length).toBe(4)
  })
})
