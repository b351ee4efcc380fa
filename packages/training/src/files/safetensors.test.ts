// Safetensors files against bytes written by the reference implementation, and against damage of every kind.
import type { HostArray } from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SafetensorsError } from './errors.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

// safetensors 0.8.0 (Python): save({...}, metadata={'note': 'grüße'}) of float32, int32 and bool arrays.
const written = fromBase64(
  'WAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJub3RlIjoiZ3LDvMOfZSJ9LCJlbXB0eSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCw0XSwi' +
    'ZGF0YV9vZmZzZXRzIjpbMCwwXX0sImxheWVycy4wLndlaWdodCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwzXSwiZGF0YV9vZmZzZXRz' +
    'IjpbMCwyNF19LCJzY2FsYXIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzI0LDI4XX0sInN0ZXBzIjp7ImR0' +
    'eXBlIjoiSTMyIiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMjgsMzZdfSwibWFzayI6eyJkdHlwZSI6IkJPT0wiLCJzaGFwZSI6WzNd' +
    'LCJkYXRhX29mZnNldHMiOlszNiwzOV19fSAgIAAAwD8AAADAAABQQAAAAABvEoM6yvJJ8QAAIEAHAAAA/////wEAAQ==',
)
const contents: Record<string, HostArray> = {
  'layers.0.weight': { shape: [2, 3], dtype: 'float32', data: Float32Array.of(1.5, -2, 3.25, 0, 1e-3, -1e30) },
  steps: { shape: [2], dtype: 'int32', data: Int32Array.of(7, -1) },
  mask: { shape: [3], dtype: 'bool', data: Uint8Array.of(1, 0, 1) },
  scalar: { shape: [], dtype: 'float32', data: Float32Array.of(2.5) },
  empty: { shape: [0, 4], dtype: 'float32', data: new Float32Array(0) },
}

// safetensors 0.8.0: the other element types.
const otherTypes = fromBase64(
  'AAIAAAAAAAB7InU2NCI6eyJkdHlwZSI6IlU2NCIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzAsOF19LCJpNjQiOnsiZHR5cGUiOiJJ' +
    'NjQiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls4LDI0XX0sImY2NCI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMl0sImRhdGFfb2Zm' +
    'c2V0cyI6WzI0LDQwXX0sInUzMiI6eyJkdHlwZSI6IlUzMiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzQwLDQ0XX0sImYxNiI6eyJk' +
    'dHlwZSI6IkYxNiIsInNoYXBlIjpbNl0sImRhdGFfb2Zmc2V0cyI6WzQ0LDU2XX0sInUxNiI6eyJkdHlwZSI6IlUxNiIsInNoYXBlIjpbMV0s' +
    'ImRhdGFfb2Zmc2V0cyI6WzU2LDU4XX0sImkxNiI6eyJkdHlwZSI6IkkxNiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzU4LDYwXX0s' +
    'Imk4Ijp7ImR0eXBlIjoiSTgiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls2MCw2Ml19LCJ1OCI6eyJkdHlwZSI6IlU4Iiwic2hhcGUi' +
    'OlsxXSwiZGF0YV9vZmZzZXRzIjpbNjIsNjNdfX0gICAgIAUAAAAAAAAA////fwAAAAAAAACA/////5qZmZmZmbk/AAAAAAAAAMD///9/AD4A' +
    'gP97AQAAfAB+//8AgIB//w==',
)

/** A file with the given header text and data. */
function fileOf(header: string, data: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header)
  const length = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer)
  return Uint8Array.of(...length, ...text, ...data)
}

const entry = (dtype: string, shape: unknown, offsets: unknown): string =>
  JSON.stringify({ dtype, shape, data_offsets: offsets })

describe('the reference implementation', () => {
  test('its bytes are our bytes', () => {
    expect(encodeSafetensors(contents, { note: 'grüße' })).toEqual(written)
  })

  test('its files are read', () => {
    expect(decodeSafetensors(written)).toEqual({ tensors: contents, metadata: { note: 'grüße' } })
  })

  test('its other element types become float32 and int32', () => {
    const { tensors } = decodeSafetensors(otherTypes)
    const numbers = Object.fromEntries(
      Object.entries(tensors).map(([name, { dtype, data }]) => [name, [dtype, ...data]]),
    )
    expect(numbers).toEqual({
      f64: ['float32', Math.fround(0.1), -2],
      f16: ['float32', 1.5, -0, 65504, 2 ** -24, Number.POSITIVE_INFINITY, Number.NaN],
      i64: ['int32', 2 ** 31 - 1, -(2 ** 31)],
      u64: ['int32', 5],
      u32: ['int32', 2 ** 31 - 1],
      i16: ['int32', -32768],
      u16: ['int32', 65535],
      i8: ['int32', -128, 127],
      u8: ['int32', 255],
    })
  })

  test('bfloat16 is the upper half of float32', () => {
    // 0x3FC0 = 1.5, 0xFF80 = −∞, 0x0001 = 2^−133 (the smallest subnormal)
    const bytes = fileOf(`{"x":${entry('BF16', [3], [0, 6])}}`, [0xc0, 0x3f, 0x80, 0xff, 0x01, 0x00])
    expect([...(decodeSafetensors(bytes).tensors.x?.data ?? [])]).toEqual([1.5, Number.NEGATIVE_INFINITY, 2 ** -133])
  })
})

describe('round trip', () => {
  const bits = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  const array: fc.Arbitrary<HostArray> = fc
    .tuple(shape, fc.constantFrom('float32', 'double', 'int32', 'bool'))
    .chain(([lengths, kind]) => {
      const size = lengths.reduce((product, length) => product * length, 1)
      const numbers = fc.array(bits, { minLength: size, maxLength: size })
      return numbers.map((values): HostArray => {
        const integers = Int32Array.from(values)
        if (kind === 'float32') return { shape: lengths, dtype: 'float32', data: new Float32Array(integers.buffer) }
        if (kind === 'double')
          return { shape: lengths, dtype: 'float32', data: Float64Array.from(values, (v) => v / 3) }
        if (kind === 'int32') return { shape: lengths, dtype: 'int32', data: integers }
        return { shape: lengths, dtype: 'bool', data: Uint8Array.from(values, (value) => value & 1) }
      })
    })
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', 'constructor', '0', '10', 'a.b', '"', '{', ''),
  )
  const names = name.filter((text) => text !== '__metadata__')

  test('any arrays, names and metadata come back bit by bit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, array)), fc.array(fc.tuple(name, name)), (entries, notes) => {
        const tensors = Object.fromEntries(entries)
        const metadata = Object.fromEntries(notes)
        const back = decodeSafetensors(encodeSafetensors(tensors, metadata), { precision: 'double' })
        expect(back.metadata).toEqual(metadata)
        expect(Object.keys(back.tensors).sort()).toEqual(Object.keys(tensors).sort())
        for (const [key, { shape, dtype, data }] of Object.entries(tensors)) {
          const got = back.tensors[key]
          expect(got?.shape).toEqual(shape)
          expect(got?.dtype).toBe(dtype)
          // Signalling NaNs aside, float32 bits are kept; numbers are compared, so that single reads as double.
          expect(Array.from(got?.data ?? [])).toEqual(Array.from(data))
        }
      }),
    )
  })

  test('the order of the names makes no difference', () => {
    const reversed = Object.fromEntries(Object.entries(contents).reverse())
    expect(encodeSafetensors(reversed)).toEqual(encodeSafetensors(contents))
  })

  test('data starts at a multiple of eight bytes and views of other memory are written alone', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3)
    const bytes = encodeSafetensors({ x: { shape: [2], dtype: 'float32', data } })
    expect((bytes.length - 8) % 8).toBe(0)
    expect([...(decodeSafetensors(bytes).tensors.x?.data ?? [])]).toEqual([1, 2])
  })

  test('bytes that begin anywhere in their memory are read', () => {
    const moved = new Uint8Array(written.length + 3)
    moved.set(written, 3)
    expect(decodeSafetensors(moved.subarray(3)).tensors).toEqual(contents)
    const buffer = Buffer.from(moved.buffer, 3)
    const { tensors } = decodeSafetensors(buffer)
    buffer.fill(0)
    expect(tensors).toEqual(contents)
  })
})

describe('damage', () => {
  const whole = entry('F32', [2], [0, 8])
  const eight = [0, 0, 128, 63, 0, 0, 0, 64]
  const long = (length: bigint): Uint8Array => {
    const bytes = fileOf(`{"x":${whole}}`, eight)
    new DataView(bytes.buffer).setBigUint64(0, length, true)
    return bytes
  }
  const cases: [name: string, bytes: Uint8Array, message: RegExp][] = [
    ['nothing', new Uint8Array(0), /expected eight bytes with the length of the header, received 0 bytes in all/],
    ['seven bytes', new Uint8Array(7), /received 7 bytes in all/],
    ['a huge header', long(2n ** 64n - 1n), /a header of at most 100000000 bytes, received 18446744073709551615/],
    ['a header of 100 MB and a byte', long(100_000_001n), /a header of at most 100000000 bytes/],
    ['a header beyond the file', long(1000n), /a header of 1000 bytes, received 62 bytes after its length/],
    ['an empty header', fileOf(''), /a JSON object as header, received nothing/],
    ['a list as header', fileOf('[]'), /a JSON object as header, received "\[\]"/],
    ['a byte order mark', fileOf(`\ufeff{"x":${whole}}`, eight), /a JSON object as header/],
    ['invalid JSON', fileOf('{"x":}'), /a header in JSON/],
    ['deep JSON', fileOf(`{"x":${'['.repeat(1e5)}`), /a header in JSON/],
    ['invalid UTF-8', Uint8Array.of(...fileOf('{"xx":1}').slice(0, 10), 0xff, 0xff, 0x22, 0x3a, 0x31, 0x7d), /UTF-8/],
    ['a name twice', fileOf(`{"x":${whole},"x":${whole}}`, eight), /each name once, received "x" twice/],
    ['a name twice, escaped', fileOf(`{"x":${whole},"\\u0078" : ${whole}}`, eight), /each name once/],
    ['a dtype twice', fileOf(`{"x":${whole.replace('{', '{"dtype":"I32",')}}`, eight), /each name once/],
    ['metadata that is no object', fileOf('{"__metadata__":"x"}'), /strings as __metadata__, received "x"/],
    ['metadata of numbers', fileOf('{"__metadata__":{"a":1}}'), /strings as __metadata__/],
    ['an entry that is no object', fileOf('{"x":3}'), /dtype, shape and data_offsets for "x", received 3/],
    ['an unknown dtype', fileOf(`{"x":${entry('F8_E4M3', [1], [0, 1])}}`, [0]), /a dtype of .*received "F8_E4M3"/],
    ['no dtype', fileOf('{"x":{"shape":[],"data_offsets":[0,0]}}'), /a dtype of .*received none/],
    ['a negative shape', fileOf(`{"x":${entry('F32', [-2], [0, 8])}}`, eight), /a shape of whole numbers.*\[-2\]/],
    ['a fractional shape', fileOf(`{"x":${entry('F32', [1.5], [0, 6])}}`, eight), /a shape of whole numbers/],
    ['a shape in words', fileOf(`{"x":${entry('F32', 'two', [0, 8])}}`, eight), /a shape of whole numbers/],
    [
      'a shape beyond all numbers',
      fileOf(`{"x":${entry('F32', [1e9, 1e9], [0, 8])}}`, eight),
      /4000000000000000000 bytes/,
    ],
    ['a shape that is larger', fileOf(`{"x":${entry('F32', [3], [0, 8])}}`, eight), /12 bytes for F32\[3\].*0 to 8/],
    ['another dtype', fileOf(`{"x":${entry('F64', [2], [0, 8])}}`, eight), /16 bytes for F64\[2\]/],
    ['one offset', fileOf(`{"x":${entry('F32', [2], [0])}}`, eight), /two data_offsets for "x"/],
    ['offsets in the wrong order', fileOf(`{"x":${entry('F32', [2], [8, 0])}}`, eight), /data_offsets 8 to 0/],
    ['offsets beyond the file', fileOf(`{"x":${entry('F32', [3], [0, 12])}}`, eight), /within the 8 bytes of numbers/],
    ['a file cut off', fileOf(`{"x":${whole}}`, eight.slice(0, 7)), /within the 7 bytes of numbers/],
    ['a file too long', fileOf(`{"x":${whole}}`, [...eight, 0]), /8 bytes of numbers, as the header says, received 9/],
    [
      'tensors that overlap',
      fileOf(`{"x":${whole},"y":${entry('F32', [1], [4, 8])}}`, eight),
      /do not overlap, received "y" at byte 4, before the end 8/,
    ],
    ['one range for two', fileOf(`{"x":${whole},"y":${whole}}`, eight), /do not overlap/],
    ['a hole at the start', fileOf(`{"x":${entry('F32', [1], [4, 8])}}`, eight), /a hole from byte 0 to 4/],
    [
      'a hole between',
      fileOf(`{"x":${entry('U8', [1], [0, 1])},"y":${entry('F32', [1], [4, 8])}}`, eight),
      /a hole from byte 1 to 4, before "y"/,
    ],
    ['a bool of 2', fileOf(`{"x":${entry('BOOL', [2], [0, 2])}}`, [1, 2]), /tensor "x": .*bool.*received 2 at place 1/],
    [
      'an integer of 33 bits',
      fileOf(`{"x":${entry('U32', [1], [0, 4])}}`, [0, 0, 0, 128]),
      /U32 values that int32 can hold, received 2147483648 at place 0/,
    ],
    [
      'a float64 beyond float32',
      fileOf(`{"x":${entry('F64', [1], [0, 8])}}`, [...new Uint8Array(Float64Array.of(1e39).buffer)]),
      /F64 values that float32 can hold, received 1e\+39/,
    ],
  ]
  test.each(cases)('%s is a SafetensorsError', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(SafetensorsError)
    expect(() => decodeSafetensors(bytes)).toThrow(message)
  })

  test('the error names the source', () => {
    expect(() => decodeSafetensors(new Uint8Array(3), { source: 'model.safetensors' })).toThrow(/^model\.safetensors: /)
  })

  test('whatever the bytes, the answer is contents or a SafetensorsError', () => {
    const corrupted = fc
      .tuple(
        fc.constantFrom(written, otherTypes),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.nat(),
      )
      .map(([bytes, changes, cut]) => {
        const copy = bytes.slice(0, cut % 3 === 0 ? cut % bytes.length : bytes.length)
        for (const [place, value] of changes) if (copy.length > 0) copy[place % copy.length] = value
        return copy
      })
    const attempt = (bytes: Uint8Array): void => {
      try {
        decodeSafetensors(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(SafetensorsError)
      }
    }
    fc.assert(fc.property(corrupted, attempt), { numRuns: 2000 })
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), attempt))
  })

  test('what a file cannot hold is refused when writing', () => {
    const scalar: HostArray = { shape: [], dtype: 'float32', data: Float32Array.of(1) }
    expect(() => encodeSafetensors({ __metadata__: scalar })).toThrow(/Rename the tensor/)
    expect(() => encodeSafetensors({ x: { ...scalar, shape: [2] } })).toThrow(/expected 2 numbers for the shape \[2\]/)
  })
})
