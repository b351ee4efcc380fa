// Threefry-2x32 with 20 rounds: the counter-based generator behind every random number of the toolkit.
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const
const parity = 0x1bd11bda

/**
 * Encrypts the counter (counter0, counter1) under the key (key0, key1); all are 32-bit words.
 *
 * Writes the two resulting words as signed 32-bit integers to `out[at]` and `out[at + 1]`.
 */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  out: Int32Array,
  at: number,
): void {
  const key2 = parity ^ key0 ^ key1
  let x0 = (counter0 + key0) | 0
  let x1 = (counter1 + key1) | 0
  for (let round = 0; round < 20; round++) {
    // MIX: x0 += x1; x1 = (x1 <<< R) ^ x0
    x0 = (x0 + x1) | 0
    const rotation = rotations[round & 7] as number
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0
    if ((round & 3) === 3) {
      // After every fourth round the key schedule is injected, together with the number of the injection.
      const injection = (round + 1) >> 2
      x0 = (x0 + (injection % 3 === 0 ? key0 : injection % 3 === 1 ? key1 : key2)) | 0
      x1 = (x1 + (injection % 3 === 0 ? key1 : injection % 3 === 1 ? key2 : key0) + injection) | 0
    }
  }
  out[at] = x0
  out[at + 1] = x1
}
