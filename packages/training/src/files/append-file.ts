// Files that grow line by line, or record by record.
import { loadBuiltin } from './builtin-module.ts'
import { describeFileError } from './errors.ts'

/**
 * Adds to the end of a file, which is made if need be; its folder must be there.
 * @throws FileError where it cannot be written
 */
export async function appendToFile(path: string, contents: Uint8Array | string): Promise<void> {
  try {
    await loadBuiltin('node:fs/promises').appendFile(path, contents)
  } catch (error) {
    throw describeFileError(error, 'write', path)
  }
}

/**
 * The text of a file so far; nothing where there is no such file.
 * @throws FileError where it cannot be read
 */
export async function readSoFar(path: string): Promise<string> {
  return loadBuiltin('node:fs/promises')
    .readFile(path, 'utf8')
    .catch((error: unknown) => {
      if ((error as { code?: string }).code === 'ENOENT') return ''
      throw describeFileError(error, 'read', path)
    })
}
