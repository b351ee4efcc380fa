// Draws of any size from the generator module, whose memory holds a part at a time.
import { type ThreefryModule, wordsPerCall } from './threefry-module.ts'

/** Fills `out` with the words of the blocks (offset, 0), (offset, 1), …: int32 bits, or uniform floats in [0, 1). */
export function drawWords(
  module: ThreefryModule,
  key: readonly [number, number],
  offset: number,
  out: Int32Array | Float32Array,
): void {
  const isFloat = out instanceof Float32Array
  const draw = isFloat ? module.uniform : module.bits
  const words = isFloat ? new Float32Array(module.memory) : new Int32Array(module.memory)
  for (let start = 0; start < out.length; start += wordsPerCall) {
    const count = Math.min(wordsPerCall, out.length - start)
    draw(key[0], key[1], offset, start / 2, 4 * count)
    out.set(words.subarray(0, count), start)
  }
}
