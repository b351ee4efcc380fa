// Runs every example of the README as it is printed there, and compares what it logs with the comments beside.
import { readFileSync } from 'node:fs'
import { format } from 'node:util'
import * as core from '@deep-recipe/core-tensor'
import * as layers from '@deep-recipe/layers-core'
import { describe, expect, test, vi } from 'vitest'
import * as own from './index.ts'

const packages: Readonly<Record<string, object>> = {
  '@deep-recipe/core-tensor': core,
  '@deep-recipe/layers-core': layers,
  '@deep-recipe/regularizers': own,
}
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string)

/** The example as the body of an async function that takes what it imports. */
function compileExample(code: string): (modules: typeof packages) => Promise<void> {
  const body = code.replace(/^import (\{[^}]*\}) from '([^']+)'$/gm, "const $1 = modules['$2']")
  const unknown = [...body.matchAll(/modules\['([^']+)'\]|^import .*/gm)].filter(([, name]) => !packages[name ?? ''])
  if (unknown.length > 0) throw new Error(`imports that this test does not know: ${unknown.join()}`)
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (modules: typeof packages) => Promise<void>
  return new AsyncFunction('modules', body)
}

/** Spaces and line breaks are the printer's. */
const squeeze = (text: string): string => text.replace(/\s+/g, '')

describe('README', () => {
  test.each(examples.map((code, at) => [at + 1, code] as const))('example %i', { timeout: 60_000 }, async (_, code) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    try {
      await compileExample(code)(packages)
      const wanted = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) =>
        squeeze(comment as string),
      )
      expect(wanted.length).toBeGreaterThan(0)
      expect(log.mock.calls.map((values) => squeeze(format(...values)))).toEqual(wanted)
    } finally {
      log.mockRestore()
    }
  })

  test('shows its first example within ten lines', () => {
    expect(readme.split('\n').indexOf('```ts')).toBeLessThan(10)
    expect(examples.length).toBe(4)
  })
})
