// Writing a file whole or not at all: a power cut, a kill or a full disk leaves the old file or the new one, never a part.
import { loadBuiltin } from './builtin-module.ts'
import { describeFileError } from './errors.ts'

/** `.NAME.PROCESS-NUMBER.partial`: hidden, beside the file that it will become. */
const TEMPORARY = /^\..+\.(\d+)-\d+\.partial$/

/** Temporaries that this process is writing at the moment, by full path. */
const inProgress = new Set<string>()

let counter = 0

/**
 * Writes a file under a temporary name in the same folder, flushes it to the disk and renames it. The folder is made if
 * need be. On failure nothing is left behind, and an older file of that name stays as it was.
 * @throws FileError naming the path where the folder cannot be written or the disk is full
 */
export async function writeFileAtomically(path: string, contents: Uint8Array | string): Promise<void> {
  const { basename, dirname, join, resolve } = loadBuiltin('node:path')
  const files = loadBuiltin('node:fs/promises')
  const folder = dirname(resolve(path))
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${counter++}.partial`)
  inProgress.add(temporary)
  try {
    await files.mkdir(folder, { recursive: true })
    await writeAndFlush(temporary, contents)
    await files.rename(temporary, path)
    await flushFolder(folder)
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => {}) // the first error is the one to tell
    throw describeFileError(error, 'write', path)
  } finally {
    inProgress.delete(temporary)
  }
}

async function writeAndFlush(path: string, contents: Uint8Array | string): Promise<void> {
  const file = await loadBuiltin('node:fs/promises').open(path, 'wx')
  try {
    await file.writeFile(contents)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A rename is safe only once the folder itself is on the disk. Windows cannot open folders, and needs no flush. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await loadBuiltin('node:fs/promises').open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Removes the temporaries that killed processes left in a folder. Those of living processes stay.
 * @returns their names
 */
export async function removeStaleTemporaries(folder: string): Promise<string[]> {
  const { join, resolve } = loadBuiltin('node:path')
  const files = loadBuiltin('node:fs/promises')
  const removed: string[] = []
  try {
    for (const name of await files.readdir(folder)) {
      const owner = TEMPORARY.exec(name)?.[1]
      const path = join(resolve(folder), name)
      if (owner === undefined || inProgress.has(path)) continue
      if (Number(owner) !== process.pid && isAlive(Number(owner))) continue
      await files.rm(path, { force: true })
      removed.push(name)
    }
  } catch (error) {
    throw describeFileError(error, 'write', folder)
  }
  return removed
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0) // signal 0 only asks
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM' // alive, but somebody else's
  }
}
