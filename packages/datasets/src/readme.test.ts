// Runs every example of the README as it is printed there.
import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import * as datasets from './index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string)

/** The example as the body of an async function that takes the package. */
function compileExample(code: string): (api: typeof datasets) => Promise<void> {
  const body = code.replace(/^import (\{[^}]*\}) from '@deep-recipe\/datasets'$/m, 'const $1 = api')
  if (body.includes('import ')) throw new Error(`an import that this test does not know:\n${code}`)
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (api: typeof datasets) => Promise<void>
  return new AsyncFunction('api', body)
}

describe('README', () => {
  it.each(examples.map((code, at) => [at + 1, code]))('example %i runs', { timeout: 30_000 }, async (at, code) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    try {
      await compileExample(code as string)(datasets)
      if (at === 1) expect(log.mock.calls[0]).toEqual([[32, 28, 28], [32], [32]])
    } finally {
      log.mockRestore()
    }
  })

  it('shows its first example within ten lines', () => {
    expect(readme.split('\n').indexOf('```ts')).toBeLessThan(10)
    expect(examples.length).toBe(5)
  })
})
