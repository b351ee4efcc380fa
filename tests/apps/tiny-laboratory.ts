// The laboratory as small as it goes, so that a whole run takes about a second.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { generateDigits } from '@deep-recipe/datasets'

/** Names of the table's lines, in their order. */
export const recipeNames = [
  'plain',
  'earlyStopping',
  'weightDecay',
  'dropout',
  'createdData',
  'ensemble',
  'all',
  'noiseTraining',
] as const

/** Options of a tiny run on the backend that is always there. */
export const tiny = ['--backend', 'reference', '--train-size', '100', '--hidden', '12', '--members', '2'] as const

/** One line of the figures. */
export interface FigureRow {
  readonly name: string
  readonly clean: number
  readonly noisy: number
}

/** What `--json` prints. */
export interface Figures {
  readonly rows: readonly FigureRow[]
  readonly seconds: number
  readonly backend: string
}

/** An IDX file of unsigned bytes: 00 00 08 rank, the extents big-endian, the elements. The extents may lie. */
export function idxFile(shape: readonly number[], elements: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.set([0, 0, 0x08, shape.length])
  shape.forEach((extent, axis) => {
    header.writeUInt32BE(extent, 4 + 4 * axis)
  })
  return Buffer.concat([header, elements])
}

/** The four files of a data folder by their names. */
export type DataFiles = { [name: string]: Buffer }

const imageFiles = { train: 'train-images-idx3-ubyte', test: 't10k-images-idx3-ubyte' } as const
const labelFiles = { train: 'train-labels-idx1-ubyte', test: 't10k-labels-idx1-ubyte' } as const

/** The files of a small data set in MNIST's layout. */
export function makeDataFiles(train = 700, test = 60): DataFiles {
  return { ...makePart('train', train, 1), ...makePart('test', test, 2) }
}

function makePart(part: 'train' | 'test', count: number, seed: number): DataFiles {
  const { images, labels } = generateDigits({ count, seed })
  const pixels = Uint8Array.from(images.data, (value) => Math.round(255 * value))
  return {
    [imageFiles[part]]: idxFile([count, 28, 28], pixels),
    [labelFiles[part]]: idxFile([count], Uint8Array.from(labels.data)),
  }
}

/** Writes the files into a new folder, compressed where their names say so. */
export function writeDataFolder(folder: string, files: DataFiles): string {
  mkdirSync(folder)
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
  return folder
}

/** The same files as they are handed round: `NAME.gz`. */
export function compressFiles(files: DataFiles): DataFiles {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]))
}
