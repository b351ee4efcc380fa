// Runs every example of the README as it is printed there, and compares what it logs with what stands beside or below it.
import { readFileSync } from 'node:fs'
import * as core from '@deep-recipe/core-tensor'
import * as layers from '@deep-recipe/layers-core'
import { describe, expect, test, vi } from 'vitest'
import * as cnn from './index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```ts\n(.*?)```(?:\n\n```text\n(.*?)\n```)?/gs)].map(
  ([, code, output]) => [code as string, output] as const,
)
const packages: Record<string, object> = { 'core-tensor': core, 'layers-core': layers, 'layers-cnn': cnn }

/** Runs an example as the body of an async function. */
async function runExample(code: string): Promise<void> {
  const body = code.replace(/^import (\{[^}]*\}) from '@deep-recipe\/(.*)'$/gm, "const $1 = packages['$2']")
  if (body.includes('import ')) throw new Error(`an import that this test does not know:\n${code}`)
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (given: typeof packages) => Promise<void>
  await new AsyncFunction('packages', body)(packages)
}

/** What a line of an example is said to log, without spaces. */
function readComments(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) => squeeze(comment as string))
}

function squeeze(text: string): string {
  return text.replace(/\s/g, '')
}

describe('README', () => {
  test.each(examples.map(([code, output], at) => [at + 1, code, output]))('example %i', async (_at, code, output) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    try {
      await runExample(code as string)
      expect(log).toHaveBeenCalled()
      if (output) expect(log.mock.calls).toEqual([[output]])
      else {
        const logged = log.mock.calls.map((values) => squeeze(values.map((value) => JSON.stringify(value)).join('')))
        expect(logged).toEqual(readComments(code as string))
      }
    } finally {
      log.mockRestore()
    }
  })

  test('shows its first example within ten lines', () => {
    expect(readme.split('\n').indexOf('```ts')).toBeLessThan(10)
    expect(examples.map(([, output]) => output !== undefined)).toEqual([true, false, false, false])
  })
})
