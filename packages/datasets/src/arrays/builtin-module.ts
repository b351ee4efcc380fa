// Access to the modules that come with Node, without importing them: this package also loads in a browser,
// where only the functions that read files fail, and say so.
import { DatasetError } from '../errors.ts'

type BuiltinModules = {
  'node:fs/promises': typeof import('node:fs/promises')
  'node:path': typeof import('node:path')
  'node:zlib': typeof import('node:zlib')
}

/** @throws DatasetError outside Node. */
export function loadBuiltin<Name extends keyof BuiltinModules>(name: Name, purpose: string): BuiltinModules[Name] {
  const loaded = globalThis.process?.getBuiltinModule?.(name)
  if (loaded) return loaded as BuiltinModules[Name]
  throw new DatasetError({
    what: purpose,
    expected: `a runtime with ${name}, such as Node 20.16 or later`,
    received: 'a runtime without it',
    remedy: 'In a browser, fetch and decompress the bytes and pass them on: readIdx, parseSgf and others take bytes.',
  })
}
