// The game records inside a zip, one after the other, each whole in memory and nothing on disk. A zip is distrusted: it may
// name paths outside, or promise gigabytes in a few bytes.
import type { Entry, ZipFile } from 'yauzl'
import type { RawRecord, ReadLimits, SkippedRecord } from './raw-record.ts'

/** Records are text: they shrink to a tenth. What shrinks to less than this is not worth unpacking. */
const largestRatio = 200
/** Below this many bytes the ratio says nothing. */
const harmlessBytes = 4 * 2 ** 20

/** The records (`*.sgf`) of a zip in the order of its directory; those that are refused, with the reason. */
export async function* readZip(
  path: string,
  name: string,
  limits: ReadLimits,
): AsyncGenerator<RawRecord | SkippedRecord> {
  const { getFileNameLowLevel, openPromise } = (await import('yauzl')).default
  const zip = await openPromise(path, { lazyEntries: true, decodeStrings: false, autoClose: false })
  try {
    let unpacked = 0
    for await (const entry of zip.eachEntry()) {
      const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry
      const inside = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)
      if (!/\.sgf$/i.test(inside)) continue
      const file = `${name}/${inside}`
      const objection = object(entry, inside, limits) ?? objectToTotal(unpacked + entry.uncompressedSize, zip.fileSize)
      if (objection !== undefined) {
        yield { file, ...objection }
        continue
      }
      unpacked += entry.uncompressedSize
      yield await unpack(zip, entry, file)
    }
  } finally {
    zip.close()
  }
}

type Objection = Pick<SkippedRecord, 'kind' | 'reason'>

function object(entry: Entry, name: string, limits: ReadLimits): Objection | undefined {
  const { uncompressedSize, compressedSize } = entry
  if (/^([a-z]:)?[\\/]/i.test(name) || name.split(/[\\/]/).includes('..')) {
    return { kind: 'path outside the zip', reason: 'its path leads out of the zip' }
  }
  if (uncompressedSize > limits.maximumBytes) {
    return { kind: 'too large', reason: `${uncompressedSize} bytes, more than the ${limits.maximumBytes} allowed` }
  }
  if (uncompressedSize > harmlessBytes && uncompressedSize > largestRatio * compressedSize) {
    return { kind: 'zip bomb', reason: `${compressedSize} bytes that claim to be ${uncompressedSize}` }
  }
  return undefined
}

/** Many entries may share the same compressed bytes: together, too, they must not be too much for the zip's size. */
function objectToTotal(total: number, zipSize: number): Objection | undefined {
  if (total <= Math.max(harmlessBytes, largestRatio * zipSize)) return undefined
  return { kind: 'zip bomb', reason: `the entries up to here claim ${total} bytes in a zip of ${zipSize}` }
}

async function unpack(zip: ZipFile, entry: Entry, file: string): Promise<RawRecord | SkippedRecord> {
  try {
    const stream = await zip.openReadStreamPromise(entry)
    const chunks: Buffer[] = []
    // yauzl ends the stream with an error at the first byte beyond the size that the entry claims.
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    return { file, bytes: Buffer.concat(chunks) }
  } catch (cause) {
    return { file, kind: 'damaged zip entry', reason: (cause as Error).message }
  }
}
