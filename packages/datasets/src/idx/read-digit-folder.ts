// Loads a folder in the layout of MNIST: four IDX files, plain or gzip, under the names in which they are handed round.
import ndarray from 'ndarray'
import { loadBuiltin } from '../arrays/builtin-module.ts'
import { formatShape, type HostNdArray, rowMajorData } from '../arrays/host-array.ts'
import { listFolder } from '../arrays/list-folder.ts'
import { FolderError } from '../errors.ts'
import { readIdxFile } from './read-idx.ts'

/** Grey images and the class of each. */
export type LabelledImages = {
  /** [n, rows, columns], 0 (background) to 1 (ink). */
  readonly images: HostNdArray<Float32Array>
  /** [n], whole numbers from 0. */
  readonly labels: HostNdArray<Int32Array>
}

/** Images to learn from and images to test on. */
export type DigitSplits = {
  readonly train: LabelledImages
  readonly test: LabelledImages
}

/** How to read a digit folder. */
export interface ReadDigitFolderOptions {
  /** Labels must lie below this; default 10. Larger for relatives of MNIST such as EMNIST. */
  readonly classes?: number
}

/**
 * Reads the four files of MNIST (or of a data set in the same layout) from a folder: `train-images-idx3-ubyte`,
 * `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`, each with or without `.gz`, or with
 * `.idx3-ubyte` in place of `-idx3-ubyte`.
 *
 * @returns images as float32 in 0..1, shape [n, rows, columns], and labels as int32, shape [n].
 * @throws FolderError for a missing folder or file (naming it and the names that were tried), for images and labels of
 *   different number, and for a label that is not below `classes`. IdxError for a damaged file.
 */
export async function readDigitFolder(folder: string, options: ReadDigitFolderOptions = {}): Promise<DigitSplits> {
  const { classes = 10 } = options
  const names = await listFolder(folder, {
    what: `readDigitFolder('${folder}')`,
    expected: 'a folder with the four files of MNIST',
    remedy: 'Give the folder that holds train-images-idx3-ubyte.gz and the other three files.',
  })
  const read = async (part: string): Promise<LabelledImages> => {
    const imagePath = findFile(folder, names, `${part}-images`, 'idx3-ubyte')
    const labelPath = findFile(folder, names, `${part}-labels`, 'idx1-ubyte')
    const images = await readBytes(imagePath, 3, 'images')
    const labels = await readBytes(labelPath, 1, 'labels')
    checkLabels(labels, labelPath, images, imagePath, classes)
    return {
      images: ndarray(scalePixels(images.data), [...images.shape]),
      labels: ndarray(Int32Array.from(labels.data), [...labels.shape]),
    }
  }
  return { train: await read('train'), test: await read('t10k') }
}

function findFile(folder: string, names: readonly string[], stem: string, kind: string): string {
  const { join } = loadBuiltin('node:path', `readDigitFolder('${folder}')`)
  const tried = [`${stem}-${kind}`, `${stem}-${kind}.gz`, `${stem}.${kind}`, `${stem}.${kind}.gz`]
  const found = tried.find((name) => names.includes(name))
  if (found) return join(folder, found)
  const shown = names.slice(0, 12).join(', ')
  throw new FolderError({
    what: `${stem}-${kind} in ${folder}`,
    expected: `one of ${tried.join(', ')}`,
    received: names.length === 0 ? 'an empty folder' : `a folder with ${shown}${names.length > 12 ? ', …' : ''}`,
    remedy: 'Put the missing file there, or give the folder that has it.',
  })
}

async function readBytes(path: string, rank: number, role: string): Promise<HostNdArray<Uint8Array>> {
  const array = await readIdxFile(path)
  if (array.dimension === rank && array.data instanceof Uint8Array) return array as HostNdArray<Uint8Array>
  throw new FolderError({
    what: path,
    expected: `${role}: unsigned bytes of ${rank} dimension${rank === 1 ? '' : 's'}`,
    received: `${array.dtype} of shape ${formatShape(array.shape)}`,
    remedy: 'Check that images and labels were not exchanged.',
  })
}

function checkLabels(
  labels: HostNdArray<Uint8Array>,
  labelPath: string,
  images: HostNdArray<Uint8Array>,
  imagePath: string,
  classes: number,
): void {
  const [count] = images.shape
  if (labels.size !== count) {
    throw new FolderError({
      what: labelPath,
      expected: `${count} labels, one for each image of ${imagePath}`,
      received: `${labels.size}`,
      remedy: 'Take both files from the same copy of the data set.',
    })
  }
  const wrong = rowMajorData(labels).findIndex((label) => label >= classes)
  if (wrong < 0) return
  throw new FolderError({
    what: `${labelPath}: label ${wrong}`,
    expected: `0 to ${classes - 1}`,
    received: String(labels.data[wrong]),
    remedy: 'Set the option `classes` if the data set has more classes, or fetch the file again.',
  })
}

function scalePixels(pixels: Uint8Array): Float32Array {
  const scaled = new Float32Array(pixels.length)
  for (let index = 0; index < pixels.length; index++) scaled[index] = (pixels[index] as number) / 255
  return scaled
}
