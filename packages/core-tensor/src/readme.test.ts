// Runs every example of the README as it is printed there, and compares what it logs with what the README says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import { afterAll, describe, expect, it, vi } from 'vitest'
import * as api from './index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
// An example may be followed by the text that it prints.
const examples = [...readme.matchAll(/```ts\n(.*?)```\n(?:\n```text\n(.*?)\n```)?/gs)].map(([, code, printed]) => ({
  code: code as string,
  printed,
}))

const folder = mkdtempSync(join(tmpdir(), 'core-tensor-readme-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs an example as a module of its own, over the sources of this package. */
async function runExample(code: string, name: string): Promise<void> {
  const file = join(folder, `${name}.ts`)
  const source = fileURLToPath(new URL('./index.ts', import.meta.url))
  writeFileSync(file, code.replaceAll("'@deep-recipe/core-tensor'", JSON.stringify(source)))
  await import(/* @vite-ignore */ file)
}

/** What the comments behind calls of console.log promise. */
function expectedLogs(code: string): string[] {
  return code.split('\n').flatMap((line) => /console\.log\(.*\) \/\/ (.*)$/.exec(line)?.[1] ?? [])
}

describe('README', () => {
  it.each(examples.map((example, at) => ({ ...example, at })))('example $at', async ({ code, printed, at }) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    let lines: string[]
    try {
      await runExample(code, `example${at}`)
    } finally {
      lines = log.mock.calls.map((args) => format(...args))
      log.mockRestore()
    }
    expect(lines).toEqual(printed === undefined ? expectedLogs(code) : [printed])
  })

  it('shows its first example within ten lines, and prints something in each', () => {
    expect(readme.split('\n').indexOf('```ts')).toBeLessThan(10)
    expect(examples.length).toBe(8)
    for (const { code } of examples) expect(code).toContain('console.log')
  })

  it('names only what the package offers', () => {
    const table = readme.match(/\| what \| where \|\n(.*?)\n\n/s)?.[1] ?? ''
    const names = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name as string)
    expect(names.length).toBeGreaterThan(40)
    // Methods of Tensor stand in the row of Tensor.
    const methods = new Set(Object.getOwnPropertyNames(api.Tensor.prototype))
    expect(names.filter((name) => !(name in api) && !methods.has(name))).toEqual([])
  })
})
