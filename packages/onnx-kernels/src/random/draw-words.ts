// Threefry-2x32-20 on the host for large draws: the rounds unrolled, one block per turn, no calls and no array reads.
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).

/** Fills `out` with the words of the blocks (offset, 0), (offset, 1), …: int32 bits, or uniform floats in [0, 1). */
export function drawWords(key0: number, key1: number, offset: number, out: Int32Array | Float32Array): void {
  const key2 = 0x1bd11bda ^ key0 ^ key1
  // A key injection adds the number of the injection to the second word.
  const [k2a, k0b, k1c, k2d, k0e] = [(key2 + 1) | 0, (key0 + 2) | 0, (key1 + 3) | 0, (key2 + 4) | 0, (key0 + 5) | 0]
  const start0 = (offset + key0) | 0
  const size = out.length
  const isFloat = out instanceof Float32Array
  for (let i = 0; i < size; i += 2) {
    let x1 = ((i >> 1) + key1) | 0
    let x0 = (start0 + x1) | 0
    x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0
    x0 = (x0 + key1) | 0
    x1 = (x1 + k2a) | 0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0
    x0 = (x0 + key2) | 0
    x1 = (x1 + k0b) | 0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0
    x0 = (x0 + key0) | 0
    x1 = (x1 + k1c) | 0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0
    x0 = (x0 + key1) | 0
    x1 = (x1 + k2d) | 0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0
    x0 = (x0 + x1) | 0
    x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0
    x0 = (x0 + key2) | 0
    x1 = (x1 + k0e) | 0
    if (isFloat) {
      out[i] = (x0 >>> 8) * 2 ** -24
      if (i + 1 < size) out[i + 1] = (x1 >>> 8) * 2 ** -24
    } else {
      out[i] = x0
      if (i + 1 < size) out[i + 1] = x1
    }
  }
}
