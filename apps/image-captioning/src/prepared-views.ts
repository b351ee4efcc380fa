// Prepared views on disk: images are decoded once, and read from there in every later epoch and run.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Progress } from '@deep-recipe/training'
import { writeFileAtomically } from '@deep-recipe/training'
import { sizeOfView, type Views } from './examples.ts'
import { ImageFileError } from './read-image.ts'

/** What becomes one view: an image, or the frames of a clip. */
export interface ViewSource {
  readonly name: string
  readonly files: readonly string[]
}

/** How files become a view. */
export interface Preparation {
  /** Everything that decides the numbers, as text: sizes, the encoder's digest. Part of the key under which they are kept. */
  readonly key: string
  /** Of one view. */
  readonly shape: readonly number[]
  readonly numbers: 'bytes' | 'float32'
  /** @throws ImageFileError for a file that cannot be used */
  prepare(files: readonly Uint8Array[], source: ViewSource): Promise<Uint8Array | Float32Array>
}

/** Where to keep them, and who watches. */
export interface PreparingOptions {
  readonly folder: string
  readonly progress?: Progress
  /** When aborted, preparing stops with the signal's reason; what is prepared so far is kept. */
  readonly signal?: AbortSignal
}

/** Views, and what could not be made into one. */
export interface PreparedViews {
  readonly views: Views
  /** For each view the number of its source. */
  readonly kept: readonly number[]
  readonly broken: readonly { readonly name: string; readonly reason: string }[]
}

/** Views in one file: few enough that little is lost when preparing is interrupted. */
const shardSize = 128
/** Images decoded at the same time: memory stays below this many at their full size. */
const decodedAtOnce = 4

/**
 * Prepares views, or finds them prepared. Each file of `folder` holds the views of up to 128 sources under the SHA-256 of
 * all their bytes and of the preparation: a file that changes is prepared anew, and the same images under other names are
 * not. The files are written whole or not at all. In memory there is no more than one of them.
 */
export async function prepareViews(
  sources: readonly ViewSource[],
  preparation: Preparation,
  options: PreparingOptions,
): Promise<PreparedViews> {
  const { folder, progress, signal } = options
  const shards: Shard[] = []
  for (let start = 0; start < sources.length; start += shardSize) {
    signal?.throwIfAborted()
    const part = sources.slice(start, start + shardSize)
    const path = join(folder, `${await digest(part, preparation)}.views`)
    const shard =
      (await findShard(path, part.length, preparation)) ?? (await makeShard(path, part, preparation, options))
    shards.push(shard)
    progress?.update(start + part.length)
  }
  const kept: number[] = []
  const broken: { name: string; reason: string }[] = []
  shards.forEach(({ reasons }, number) => {
    reasons.forEach((reason, row) => {
      const index = number * shardSize + row
      if (reason === '') kept.push(index)
      else broken.push({ name: sources[index]?.name ?? '', reason })
    })
  })
  return { views: openViews(shards, kept, preparation), kept, broken }
}

/** A file of views: a line of JSON with why each could not be made (empty where it could), then their numbers. */
interface Shard {
  readonly path: string
  readonly reasons: readonly string[]
  /** Where the numbers begin. */
  readonly offset: number
}

async function digest(sources: readonly ViewSource[], { key }: Preparation): Promise<string> {
  const hash = createHash('sha256').update(key)
  for (const { files } of sources) {
    hash.update('\nview')
    for (const file of files) {
      hash.update('\nfile ').update(
        createHash('sha256')
          .update(await readBytes(file))
          .digest(),
      )
    }
  }
  return hash.digest('hex')
}

/** A file that cannot be read counts as an empty one: it is told of as a broken image. */
async function readBytes(file: string): Promise<Uint8Array> {
  return readFile(file).catch(() => new Uint8Array(0))
}

async function findShard(path: string, count: number, preparation: Preparation): Promise<Shard | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (!found) return undefined
  const handle = openSync(path, 'r')
  try {
    const head = Buffer.alloc(Math.min(found.size, 2 ** 20))
    readSync(handle, head, 0, head.length, 0)
    const end = head.indexOf(10)
    const reasons: unknown = JSON.parse(head.subarray(0, Math.max(0, end)).toString('utf8'))
    const isWhole = found.size === end + 1 + count * bytesOfView(preparation)
    if (Array.isArray(reasons) && reasons.length === count && isWhole) return { path, reasons, offset: end + 1 }
  } catch {
    // Not a file of ours: it is made anew.
  } finally {
    closeSync(handle)
  }
  return undefined
}

async function makeShard(
  path: string,
  sources: readonly ViewSource[],
  preparation: Preparation,
  { signal }: PreparingOptions,
): Promise<Shard> {
  const bytes = bytesOfView(preparation)
  const numbers = new Uint8Array(sources.length * bytes)
  const reasons = new Array<string>(sources.length).fill('')
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < sources.length; index = next++) {
      signal?.throwIfAborted()
      const source = sources[index] as ViewSource
      try {
        const view = await preparation.prepare(await Promise.all(source.files.map(readBytes)), source)
        numbers.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), index * bytes)
      } catch (error) {
        if (!(error instanceof ImageFileError)) throw error
        reasons[index] = error.received
      }
    }
  }
  await Promise.all(Array.from({ length: decodedAtOnce }, work))
  const head = Buffer.from(`${JSON.stringify(reasons)}\n`)
  await writeFileAtomically(path, Buffer.concat([head, numbers]))
  return { path, reasons, offset: head.length }
}

function bytesOfView({ shape, numbers }: Preparation): number {
  return sizeOfView({ shape }) * (numbers === 'bytes' ? 1 : 4)
}

/** Views that are read from their files one by one; the system keeps what is read often in memory. */
function openViews(shards: readonly Shard[], kept: readonly number[], preparation: Preparation): Views {
  const bytes = bytesOfView(preparation)
  const handles = new Map<number, number>()
  const open = (number: number): number => {
    const known = handles.get(number)
    if (known !== undefined) return known
    const handle = openSync((shards[number] as Shard).path, 'r')
    handles.set(number, handle)
    return handle
  }
  return {
    count: kept.length,
    shape: preparation.shape,
    read: (index) => {
      const place = kept[index] as number
      const number = Math.floor(place / shardSize)
      const view = new Uint8Array(bytes)
      readSync(open(number), view, 0, bytes, (shards[number] as Shard).offset + (place % shardSize) * bytes)
      return preparation.numbers === 'bytes' ? view : new Float32Array(view.buffer)
    },
  }
}

/** The name of a file without its folder, for messages. */
export function fileName(path: string): string {
  return basename(path)
}
