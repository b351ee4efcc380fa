// The names in a folder of data; a folder that cannot be read is told as a mistake about data.
import { FolderError } from '../errors.ts'
import { loadBuiltin } from './builtin-module.ts'

/** What to say of a folder that cannot be read. */
export interface FolderExpectation {
  /** What is looked for, e.g. the call. */
  readonly what: string
  readonly expected: string
  readonly remedy: string
}

/** The names of all that lies in a folder. @throws FolderError where it cannot be read, DatasetError outside Node. */
export async function listFolder(folder: string, expectation: FolderExpectation): Promise<string[]> {
  const { readdir } = loadBuiltin('node:fs/promises', expectation.what)
  return readdir(folder).catch((cause: Error) => {
    throw new FolderError({ ...expectation, received: cause.message }, { cause })
  })
}
