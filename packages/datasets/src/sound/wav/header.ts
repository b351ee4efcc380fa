// The header of a WAV file: chunks up to the samples. Written as a generator that asks for bytes, so that one parser serves
// files in memory and streams that never end.
import { SoundError } from '../errors.ts'
import { checkRate } from '../sound.ts'
import { bytesPerSample, type SampleEncoding } from './encodings.ts'

/** What a WAV file says of its samples. */
export interface WavFormat {
  /** Samples in a second, in each channel. */
  readonly rate: number
  readonly channels: number
  readonly encoding: SampleEncoding
}

/** A header that has been read; the samples follow. */
export interface WavHeader extends WavFormat {
  /** Bytes of samples that the header promises; infinite where a stream was written before its length was known. */
  readonly dataBytes: number
  /** Whether the promise is to be kept: a program that writes into a pipe cannot know the length, and some invent one. */
  readonly isExact: boolean
}

/** Asks for so many bytes; is given as many, or fewer where the source ends. */
export type ByteRequests<Result> = Generator<number, Result, Uint8Array>

/** Ways of compressing that are met in WAV files; none of them is read here. */
const compressions: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  6: 'A-law',
  7: 'µ-law',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG layer 2',
  85: 'MP3',
  255: 'AAC',
  353: 'Windows Media Audio',
  8192: 'AC-3',
  26447: 'Ogg Vorbis',
  61868: 'FLAC',
}

/** What other files begin with. */
const otherFiles: readonly (readonly [string, RegExp])[] = [
  ['an Ogg file', /^OggS/],
  ['a FLAC file', /^fLaC/],
  ['an MP3 file', /^(ID3|\xff[\xe2-\xff])/],
  ['an AIFF file', /^FORM....AIF/s],
  ['a CAF file', /^caff/],
  ['an AU file', /^\.snd/],
  ['an MPEG-4 file', /^....ftyp/s],
  ['a big-endian WAV file (RIFX)', /^RIFX/],
  ['a RIFF file of another kind', /^RIFF/],
]

const convert = 'Convert it first, e.g. `ffmpeg -i IN -ac 1 -ar 16000 -c:a pcm_s16le OUT.wav`.'
const unknownLength = 0xffff_ffff
/** sox writes a length just below 2 GiB into pipes. */
const suspiciousLength = 0x7fff_f000
const extensible = 0xfffe
/** Of the subformat of an extensible header, the bytes after the two of the format's number. */
const subformatTail = '000000001000800000aa00389b71'
const pieceOfJunk = 1 << 16

/**
 * Reads up to the first sample.
 *
 * @param what names the sound in complaints.
 * @throws SoundError for anything but a WAV file of samples as whole or floating point numbers
 */
export function* parseWavHeader(what: string): ByteRequests<WavHeader> {
  const opening = yield 12
  const text = latin(opening)
  const isWide = /^(RF64|BW64)/.test(text)
  if (opening.length < 12 || !(isWide || text.startsWith('RIFF')) || text.slice(8) !== 'WAVE') {
    failForOpening(what, opening)
  }
  const riffEnd = 8 + littleEndian(opening, 4, 4)
  let position = 12
  let format: WavFormat | undefined
  let wideDataBytes: number | undefined
  let mayBePadded = false
  for (;;) {
    let head: Uint8Array = yield 8
    // A chunk of odd length is followed by a zero, which some programs forget.
    if (mayBePadded && head[0] === 0) {
      head = joinBytes(head.subarray(1), yield 1)
      position++
    }
    if (head.length < 8) failForLackOfData(what, format)
    position += 8
    const name = latin(head.subarray(0, 4))
    const size = littleEndian(head, 4, 4)
    if (name === 'data') {
      if (!format) {
        throw new SoundError({
          what,
          expected: 'a description of the samples (chunk `fmt `) before them',
          received: 'none',
          remedy: 'The file is damaged: export it again.',
        })
      }
      return { ...format, ...measureData(size, riffEnd, position, wideDataBytes) }
    }
    let rest = size
    if (name === 'fmt ' || name === 'ds64') {
      const body: Uint8Array = yield Math.min(size, pieceOfJunk)
      rest -= Math.min(size, pieceOfJunk)
      if (name === 'fmt ') format = parseFormat(what, body)
      else if (body.length >= 16) wideDataBytes = littleEndian(body, 8, 8)
    }
    while (rest > 0) {
      const junk: Uint8Array = yield Math.min(rest, pieceOfJunk)
      if (junk.length === 0) failForLackOfData(what, format)
      rest -= junk.length
    }
    position += size
    mayBePadded = size % 2 === 1
  }
}

function measureData(
  size: number,
  riffEnd: number,
  position: number,
  wide: number | undefined,
): Pick<WavHeader, 'dataBytes' | 'isExact'> {
  if (size === unknownLength) {
    return wide === undefined || wide === 0
      ? { dataBytes: Number.POSITIVE_INFINITY, isExact: false }
      : { dataBytes: wide, isExact: true }
  }
  // A length of 0 in a file that ends there is an empty sound; elsewhere it was never filled in.
  const isUnwritten = size === 0 && (riffEnd <= position || riffEnd === 8 + unknownLength)
  if (isUnwritten) return { dataBytes: Number.POSITIVE_INFINITY, isExact: false }
  return { dataBytes: size, isExact: size < suspiciousLength }
}

function parseFormat(what: string, body: Uint8Array): WavFormat {
  if (body.length < 16) {
    throw new SoundError({
      what,
      expected: 'a description of the samples (chunk `fmt `) of at least 16 bytes',
      received: String(body.length),
      remedy: 'The file is cut off or damaged: export it again.',
    })
  }
  const [tag, channels, rate, blockAlign, bits] = [
    littleEndian(body, 0, 2),
    littleEndian(body, 2, 2),
    littleEndian(body, 4, 4),
    littleEndian(body, 12, 2),
    littleEndian(body, 14, 2),
  ] as const
  checkRate(`${what}: sample rate`, rate)
  if (channels === 0) {
    throw new SoundError({ what, expected: 'at least one channel', received: '0', remedy: 'Export it again.' })
  }
  const kind = tag === extensible ? readSubformat(what, body) : tag
  const encoding = findEncoding(what, kind, bits, blockAlign / channels)
  return { rate, channels, encoding }
}

/** The format's number inside an extensible header. */
function readSubformat(what: string, body: Uint8Array): number {
  const tail = [...body.subarray(26, 40)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (tail === subformatTail) return littleEndian(body, 24, 2)
  throw new SoundError({
    what,
    expected: 'samples as whole or floating point numbers',
    received: body.length < 40 ? 'an extensible header that is cut off' : 'a format of its maker’s own',
    remedy: convert,
  })
}

function findEncoding(what: string, kind: number, bits: number, containerBytes: number): SampleEncoding {
  // The numbers may have fewer bits than their place: they stand at its upper end.
  const bytes =
    [1, 2, 3, 4, 8].includes(containerBytes) && containerBytes * 8 >= bits ? containerBytes : Math.ceil(bits / 8)
  const family = kind === 1 ? 'pcm' : kind === 3 ? 'float' : undefined
  const encoding = `${family}${8 * bytes}`
  if (family && encoding in bytesPerSample) return encoding as SampleEncoding
  const compression = compressions[kind]
  throw new SoundError({
    what,
    expected: 'samples as whole numbers of 8, 16, 24 or 32 bits, or floating point numbers of 32 or 64',
    received: family
      ? `${family === 'pcm' ? 'whole' : 'floating point'} numbers of ${bits} bits`
      : `${compression ? `sound compressed by ${compression}` : 'an unknown compression'} (format 0x${kind.toString(16).padStart(4, '0')})`,
    remedy: convert,
  })
}

function failForOpening(what: string, opening: Uint8Array): never {
  const text = latin(opening)
  const known = otherFiles.find(([, pattern]) => pattern.test(text))?.[0]
  const isCut = opening.length < 12 && ('RIFF'.startsWith(text.slice(0, 4)) || text.startsWith('RIFF'))
  const received =
    opening.length === 0 ? 'nothing' : isCut ? `only ${opening.length} bytes` : (known ?? 'a file of another kind')
  const remedy = isCut ? 'The file is empty or cut off: fetch or export it again.' : convert
  throw new SoundError({ what, expected: 'a WAV file', received, remedy })
}

function failForLackOfData(what: string, format: WavFormat | undefined): never {
  throw new SoundError({
    what,
    expected: 'samples (chunk `data`)',
    received: `the end of the file after ${format ? 'the header' : 'the first bytes of the header'}`,
    remedy: 'The file is cut off: fetch or export it again.',
  })
}

/** An unsigned number of 2, 4 or 8 bytes; of 8, exact up to 2⁵³. */
function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}
