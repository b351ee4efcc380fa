// The browser entry must not reach anything of Node, and a lost context is reported.
import { readFileSync } from 'node:fs'
import { BackendError, compile, type Tensor } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { testOnDevice } from '../fixtures/open-for-tests.ts'
import { openGl } from '../index.node.ts'

/** Files that a module imports, directly or not, and the packages that they name. */
function followImports(entry: URL): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const waiting = [entry]
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (files.has(file.href)) continue
    files.add(file.href)
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from|import) '([^']+)'/g)) {
      if (name?.startsWith('.')) waiting.push(new URL(name, file))
      else if (name) packages.add(name)
    }
  }
  return { files, packages }
}

test('the browser entry reaches core-tensor only', () => {
  const { files, packages } = followImports(new URL('../index.ts', import.meta.url))
  expect([...packages]).toEqual(['@deep-recipe/core-tensor'])
  expect(files.size).toBeGreaterThan(15)
})

testOnDevice('a lost context is reported by whatever is done next', async () => {
  const backend = await openGl()
  const double = compile(backend, (x: Tensor) => x.mul(2))
  const result = await double([1, 2])
  backend.device.context.gl.isContextLost = () => true
  await expect(double([1, 2])).rejects.toThrow(BackendError)
  await expect(result.data()).rejects.toThrow(/lost one.*load the last checkpoint/)
  backend.close()
})
