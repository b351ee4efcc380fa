// The binary format of WebAssembly, as far as the modules that are assembled here need it.
// https://webassembly.github.io/spec/core/binary/index.html

/** An unsigned number as LEB128. */
export function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

/** A signed number as LEB128. */
export function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}

/** The vector instruction with this code. */
export function vector(code: number): number[] {
  return [0xfd, ...unsigned(code)]
}

/** A constant vector: 16 bytes. */
export function vectorConst(words: ArrayBufferView): number[] {
  return [...vector(12), ...new Uint8Array(words.buffer, words.byteOffset, 16)]
}

/** What a module holds. */
export interface ModuleParts {
  /** Types of the parameters, the same for each function; nothing is returned. */
  readonly parameters: readonly number[]
  /** Pages of memory, of 64 KB; exported as `memory`. */
  readonly pages: number
  /** Bodies by exported name: locals, then instructions. */
  readonly functions: Readonly<Record<string, readonly number[]>>
}

/** A module with one memory and functions of one type. */
export function encodeModule({ parameters, pages, functions }: ModuleParts): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content]
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)]
  const names = Object.keys(functions)
  const bodies = Object.values(functions).flatMap((body) => [...unsigned(body.length), ...body])
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...unsigned(parameters.length), ...parameters, 0]),
    ...section(3, [names.length, ...names.map(() => 0)]),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, [names.length + 1, ...name('memory'), 2, 0, ...names.flatMap((text, i) => [...name(text), 0, i])]),
    ...section(10, [names.length, ...bodies]),
  ])
}
