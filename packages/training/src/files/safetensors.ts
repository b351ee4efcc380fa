// Safetensors files: named arrays behind a JSON header, the format that most deep-learning tools read.
//
// Layout (https://github.com/huggingface/safetensors, "Format"): eight bytes with the length of the header, little-endian;
// the header, JSON in UTF-8, padded with spaces; then the numbers, little-endian, row-major, without holes.
import { type HostArray, type Precision, sizeOf } from '@deep-recipe/core-tensor'
import { decodeElements, encodeElements, type StoredType, storedTypeOf, storedTypes } from './element-types.ts'
import { SafetensorsError } from './errors.ts'

/** The reference implementation refuses larger headers, and so do we. */
const LARGEST_HEADER = 100_000_000

/** What a safetensors file holds. */
export interface SafetensorsContents {
  readonly tensors: Readonly<Record<string, HostArray>>
  readonly metadata: Readonly<Record<string, string>>
}

/** How to read. */
export interface DecodeSafetensorsOptions {
  /** Where the bytes came from, for error messages. */
  readonly source?: string
  /** `double` keeps F64 values as Float64Array, for the reference backend's double precision. */
  readonly precision?: Precision
}

interface Entry {
  readonly name: string
  readonly type: StoredType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/**
 * The bytes of a safetensors file: float32 as F32 (F64 where kept in double precision), int32 as I32, bool as BOOL.
 * Equal contents give equal bytes, whatever the order of the names.
 * @param metadata strings that travel in the header; the keys keep their order
 * @throws SafetensorsError where an array's data does not fill its shape, or a name is `__metadata__`
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, HostArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  // Widest elements first, so that all of them are aligned; then by name. The reference implementation does the same.
  const sorted = Object.entries(tensors)
    .map(([name, array]) => ({ name, array, type: storedTypeOf(array) }))
    .sort((a, b) => storedTypes.indexOf(b.type) - storedTypes.indexOf(a.type) || (a.name < b.name ? -1 : 1))
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : []
  let end = 0
  for (const { name, array, type } of sorted) {
    checkArray(name, array)
    const begin = end
    end += array.data.length * type.bytes
    header.push([name, { dtype: type.name, shape: array.shape, data_offsets: [begin, end] }])
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  const start = 8 + Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(start + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true)
  bytes.fill(0x20, 8, start).set(text, 8)
  let position = start
  for (const { array, type } of sorted) {
    const elements = encodeElements(array.data, type)
    bytes.set(elements, position)
    position += elements.length
  }
  return bytes
}

function checkArray(name: string, array: HostArray): void {
  if (name === '__metadata__') {
    throw new SafetensorsError({
      what: 'Safetensors names',
      expected: 'names of tensors',
      received: '`__metadata__`, which the format keeps for itself',
      remedy: 'Rename the tensor.',
    })
  }
  if (sizeOf(array.shape) === array.data.length) return
  throw new SafetensorsError({
    what: `Tensor ${JSON.stringify(name)}`,
    expected: `${sizeOf(array.shape)} numbers for the shape [${array.shape.join(', ')}]`,
    received: `${array.data.length}`,
    remedy: 'Give as many numbers as the shape has places.',
  })
}

/**
 * Reads a safetensors file. Floating types become float32 and integers int32; BOOL becomes bool.
 * @throws SafetensorsError for anything but one whole well-formed file, and for integers beyond 32 bits
 */
export function decodeSafetensors(bytes: Uint8Array, options: DecodeSafetensorsOptions = {}): SafetensorsContents {
  const source = options.source ?? 'Safetensors file'
  const fail = (expected: string, received: string): never => {
    throw new SafetensorsError({
      what: source,
      expected,
      received,
      remedy: 'The file is damaged or of another format: fetch or write it again.',
    })
  }
  const start = findData(bytes, fail)
  const { entries, metadata } = readHeader(bytes.subarray(8, start), fail)
  // Not bytes.subarray: of a Buffer that is a Buffer, whose slice copies nothing.
  const data = new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.length - start)
  checkLayout(entries, data.length, fail)
  const tensors = entries.map(({ name, type, shape, begin, end }): [string, HostArray] => [
    name,
    { shape, ...decodeElements(data.slice(begin, end), type, `${source}: tensor ${show(name)}`, options) },
  ])
  return { tensors: Object.fromEntries(tensors), metadata }
}

type Fail = (expected: string, received: string) => never

/** Where the numbers begin. */
function findData(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < 8) fail('eight bytes with the length of the header', `${bytes.length} bytes in all`)
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0, true)
  if (length > BigInt(LARGEST_HEADER)) fail(`a header of at most ${LARGEST_HEADER} bytes`, `${length}`)
  const start = 8 + Number(length)
  if (start > bytes.length) fail(`a header of ${length} bytes`, `${bytes.length - 8} bytes after its length`)
  return start
}

function readHeader(bytes: Uint8Array, fail: Fail): { entries: Entry[]; metadata: Record<string, string> } {
  const text = decodeText(bytes, fail)
  if (!text.startsWith('{'))
    fail('a JSON object as header', text === '' ? 'nothing' : JSON.stringify(text.slice(0, 20)))
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (error) {
    fail('a header in JSON', (error as Error).message)
  }
  const twice = findDuplicateKey(text)
  if (twice !== undefined) fail('each name once', `${show(twice)} twice`)
  const entries: Entry[] = []
  let metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(header as Record<string, unknown>)) {
    if (name === '__metadata__') metadata = readMetadata(value, fail)
    else entries.push(readEntry(name, value, fail))
  }
  return { entries: entries.sort((a, b) => a.begin - b.begin || a.end - b.end), metadata }
}

function decodeText(bytes: Uint8Array, fail: Fail): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return fail('a header in UTF-8', 'other bytes')
  }
}

/** The first key that an object of valid JSON text holds twice: JSON.parse keeps the last one silently. */
function findDuplicateKey(text: string): string | undefined {
  const open: Set<string>[] = []
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '{') open.push(new Set())
    else if (text[i] === '}') open.pop()
    else if (text[i] === '"') {
      const start = i
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++
      if (!startsWithColon(text, i + 1)) continue
      const key = JSON.parse(text.slice(start, i + 1)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return undefined
}

function startsWithColon(text: string, position: number): boolean {
  let at = position
  while (' \t\n\r'.includes(text.charAt(at)) && at < text.length) at++
  return text[at] === ':'
}

/** A value of the header for messages: short, however large it is. */
function show(value: unknown): string {
  if (value === undefined) return 'none'
  if (Array.isArray(value)) return value.length > 8 ? `a list of ${value.length}` : `[${value.map(show).join(', ')}]`
  if (typeof value === 'object' && value !== null) return 'an object'
  return (JSON.stringify(value) ?? String(value)).slice(0, 80)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (isRecord(value) && Object.values(value).every((text) => typeof text === 'string')) {
    return value as Record<string, string>
  }
  return fail('strings as __metadata__', show(value))
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function readEntry(name: string, value: unknown, fail: Fail): Entry {
  const shown = show(name)
  if (!isRecord(value)) return fail(`dtype, shape and data_offsets for ${shown}`, show(value))
  const { dtype, shape, data_offsets: offsets } = value
  const type = storedTypes.find((known) => known.name === dtype)
  if (type === undefined) {
    const known = storedTypes.map((each) => each.name).join(', ')
    return fail(`a dtype of ${known} for ${shown}`, show(dtype))
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    return fail(`a shape of whole numbers for ${shown}`, show(shape))
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return fail(`two data_offsets for ${shown}`, show(offsets))
  }
  const [begin, end] = offsets as [number, number]
  const needed = sizeOf(shape) * type.bytes
  if (!Number.isSafeInteger(needed) || end - begin !== needed) {
    return fail(`${needed} bytes for ${type.name}[${shape.join(', ')}] of ${shown}`, `data_offsets ${begin} to ${end}`)
  }
  return { name, type, shape, begin, end }
}

/** Entries in order must follow one another exactly, from the first byte to the last. */
function checkLayout(entries: readonly Entry[], length: number, fail: Fail): void {
  let previous = 0
  for (const { name, begin, end } of entries) {
    const shown = show(name)
    if (end > length) fail(`data_offsets within the ${length} bytes of numbers`, `${begin} to ${end} for ${shown}`)
    if (begin < previous)
      fail('tensors that do not overlap', `${shown} at byte ${begin}, before the end ${previous} of another`)
    if (begin > previous) fail('numbers without holes', `a hole from byte ${previous} to ${begin}, before ${shown}`)
    previous = end
  }
  if (previous !== length) fail(`${previous} bytes of numbers, as the header says`, `${length}`)
}
