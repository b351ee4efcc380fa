// Access to the modules that come with Node, without importing them: this package also loads in a browser, where
// only what touches files fails, and says so.
import { FileError } from './errors.ts'

interface BuiltinModules {
  'node:crypto': typeof import('node:crypto')
  'node:fs/promises': typeof import('node:fs/promises')
  'node:os': typeof import('node:os')
  'node:path': typeof import('node:path')
}

/** @throws FileError outside Node. */
export function loadBuiltin<Name extends keyof BuiltinModules>(name: Name): BuiltinModules[Name] {
  const loaded = globalThis.process?.getBuiltinModule?.(name)
  if (loaded) return loaded as BuiltinModules[Name]
  throw new FileError({
    what: 'Reading and writing files',
    expected: `a runtime with ${name}, such as Node 20.16 or later`,
    received: 'a runtime without it',
    remedy: 'In a browser, keep the bytes of encodeSafetensors or the text of a report yourself.',
  })
}
