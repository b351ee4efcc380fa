// Records of small games that follow a simple rule, so that a tiny network learns it in seconds; and zips, good and bad ones.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { HostRandom } from '@deep-recipe/core-tensor'
import { Board, formatSgfPoint } from '@deep-recipe/datasets/go'

/** Options of a run that takes a few seconds. */
export const tinyGo = [
  ...['--backend', 'reference', '--size', '5', '--layers', '1', '--filters', '4', '--hidden', '8'],
  ...['--batch-size', '32', '--learning-rate', '0.01', '--test-positions', '60'],
] as const

/** The rule: beside the last move where that is possible, at a random one of the points; else anywhere. */
export function playSimply(seed: number, size = 5, length = 16): string {
  const random = new HostRandom(seed)
  const board = new Board(size)
  const nodes: string[] = []
  let last = random.integer(size * size)
  for (let move = 0; move < length; move++) {
    const legal = board.legalMoves()
    const near = legal.filter((point) => distance(point, last, size) === 1)
    const points = near.length > 0 ? near : legal
    if (points.length === 0) break
    last = points[random.integer(points.length)] as number
    nodes.push(`;${board.toMove === 1 ? 'B' : 'W'}[${formatSgfPoint(last, size)}]`)
    board.play(last)
  }
  return `(;GM[1]FF[4]SZ[${size}]KM[7.5]${nodes.join('')})`
}

function distance(a: number, b: number, size: number): number {
  return Math.abs((a % size) - (b % size)) + Math.abs(Math.floor(a / size) - Math.floor(b / size))
}

/** Writes so many games into a new folder, one in each file. */
export function writeGames(folder: string, count: number): string {
  mkdirSync(folder, { recursive: true })
  for (let game = 0; game < count; game++) writeFileSync(join(folder, `${game}.sgf`), playSimply(game))
  return folder
}

/** A zip of files by their names; names may be what no name should be. */
export function makeZip(files: { readonly [name: string]: Buffer }): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, bytes] of Object.entries(files)) {
    const path = Buffer.from(name)
    const packed = deflateRawSync(bytes, { level: 9 })
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(path.length, 22)
    parts.push(Buffer.from('PK\u0003\u0004'), common, path, packed)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), common, tail, path)
    offset += 30 + path.length + packed.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 'latin1')
  end.writeUInt16LE(Object.keys(files).length, 8)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, list, end])
}

function crc32(bytes: Buffer): number {
  let sum = -1
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1))
  }
  return ~sum >>> 0
}
