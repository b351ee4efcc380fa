// Finds game records: in folders, their folders, zips, or named one by one. Yields their bytes one after the other, in the
// same order on every machine, and in the memory of one record.
import { loadBuiltin } from '../../arrays/builtin-module.ts'
import { GameCollectionError } from '../errors.ts'
import type { RawRecord, ReadLimits, SkippedRecord } from './raw-record.ts'
import { readZip } from './read-zip.ts'

/**
 * All records below the named places: `*.sgf` and `*.zip` of folders and their folders; any file that is named itself.
 *
 * @throws GameCollectionError for a place that does not exist or cannot be read.
 */
export async function* findRecords(
  places: readonly string[],
  limits: ReadLimits,
): AsyncGenerator<RawRecord | SkippedRecord> {
  const { basename } = loadBuiltin('node:path', 'reading games')
  for (const place of places) {
    const kind = await inspect(place)
    if (kind === 'folder') yield* readFolder(place, limits)
    else yield* readFile(place, basename(place), limits)
  }
}

async function inspect(place: string): Promise<'folder' | 'file'> {
  const { stat } = loadBuiltin('node:fs/promises', 'reading games')
  const remedy = 'Give a folder with .sgf files, an .sgf file or a .zip of them.'
  const expected = 'a folder or file with games'
  try {
    const found = await stat(place)
    if (found.isDirectory()) return 'folder'
    if (found.isFile()) return 'file'
  } catch (cause) {
    throw new GameCollectionError({ what: place, expected, received: (cause as Error).message, remedy }, { cause })
  }
  throw new GameCollectionError({ what: place, expected, received: 'neither', remedy })
}

async function* readFolder(root: string, limits: ReadLimits): AsyncGenerator<RawRecord | SkippedRecord> {
  const { readdir, stat } = loadBuiltin('node:fs/promises', 'reading games')
  const { join } = loadBuiltin('node:path', 'reading games')
  // Names below the root that are still to be read, last first.
  const open = ['']
  while (open.length > 0) {
    const name = open.pop() as string
    const path = join(root, name)
    if (name !== '' && !name.endsWith('/')) {
      yield* readFile(path, name, limits)
      continue
    }
    const found: string[] = []
    try {
      for (const entry of await readdir(path, { withFileTypes: true })) {
        if (entry.isDirectory()) found.push(`${name}${entry.name}/`)
        else if (
          /\.(sgf|zip)$/i.test(entry.name) &&
          (entry.isFile() || (await isLinkedFile(stat, join(path, entry.name))))
        ) {
          found.push(`${name}${entry.name}`)
        }
      }
    } catch (cause) {
      yield { file: name || root, kind: 'unreadable folder', reason: (cause as Error).message }
    }
    open.push(...found.sort().reverse())
  }
}

/** Links to files are followed; links to folders, which may lead in circles, are not. */
async function isLinkedFile(stat: typeof import('node:fs/promises').stat, path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ?? false
}

async function* readFile(path: string, name: string, limits: ReadLimits): AsyncGenerator<RawRecord | SkippedRecord> {
  const { readFile: read, stat } = loadBuiltin('node:fs/promises', 'reading games')
  try {
    if (/\.zip$/i.test(name)) {
      yield* readZip(path, name, limits)
      return
    }
    const { size } = await stat(path)
    if (size > limits.maximumBytes) {
      yield { file: name, kind: 'too large', reason: `${size} bytes, more than the ${limits.maximumBytes} allowed` }
    } else {
      yield { file: name, bytes: await read(path) }
    }
  } catch (cause) {
    const kind = /\.zip$/i.test(name) ? 'damaged zip' : 'unreadable file'
    yield { file: name, kind, reason: (cause as Error).message }
  }
}
