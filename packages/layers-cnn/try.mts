// The lecture's 6×6 image under two 3×3 filters, step by step: where does each filter find what it looks for?
//
// Run it with `pnpm --filter @deep-recipe/layers-cnn try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then change
// - the second filter, to [-1, -1, 1, -1, 1, -1, 1, -1, -1]: the other diagonal. Where in the image is it?
// - `stride`, to 2: every other place, a quarter of the numbers. `padding`, to 'same': maps as large as the image;
// - the image: move its rows up by one, and what the filters say moves up with them.
import { type Tensor, tensor } from '@deep-recipe/core-tensor'
import { conv2d, maxPool2d } from '@deep-recipe/layers-cnn'
import { evaluation } from '@deep-recipe/layers-core'

const image = [
  [1, 0, 0, 0, 0, 1],
  [0, 1, 0, 0, 1, 0],
  [0, 0, 1, 1, 0, 0],
  [1, 0, 0, 0, 1, 0],
  [0, 1, 0, 0, 1, 0],
  [0, 0, 1, 0, 1, 0],
]
const diagonal = [1, -1, -1, -1, 1, -1, -1, -1, 1]
const vertical = [-1, 1, -1, -1, 1, -1, -1, 1, -1]

const convolution = conv2d(2, 3, { useBias: false, stride: 1, padding: 'valid' })
const weight = tensor([diagonal, vertical]).reshape([2, 1, 3, 3])
const maps = convolution.apply({ weight }, tensor([[image]]), evaluation)
const pooled = maxPool2d(2).apply({}, maps, evaluation)

/** Two pictures side by side: 1 is a full block, −1 a light one. */
async function show(title: string, pictures: Tensor, write: (number: number) => string): Promise<void> {
  const [left, right] = (await pictures.array()) as number[][][]
  console.log(`\n${title}`)
  left?.forEach((row, y) => {
    console.log([row, right?.[y] ?? []].map((numbers) => numbers.map(write).join('')).join('     '))
  })
}
const block = (number: number): string => (number > 0 ? '██' : number < 0 ? '░░' : ' ·')
const figure = (number: number): string => `${number}`.padStart(3)
await show('The image', tensor([image]), block)
await show('The filters', weight.reshape([2, 3, 3]), block)
await show('What they say at each place: 3 means “here it is”', maps.at(0), figure)
await show('The strongest of each 2×2 places', pooled.at(0), figure)
console.log(`\n${weight.size} weights, however large the image; a dense layer as large needs ${36 * maps.size}.`)
