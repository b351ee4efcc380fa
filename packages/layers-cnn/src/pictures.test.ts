// Pictures of filters and feature maps by hand: their scale, their layout, and what they may be made from.
import {
  type HostArray,
  openReference,
  RecipeError,
  randomKey,
  ShapeError,
  tensor,
  toNested,
} from '@deep-recipe/core-tensor'
import { activation, dense, flatten, makeLayer, relu, sequential } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { conv1d, conv2d } from './convolution.ts'
import { featureMaps, filterImages } from './pictures.ts'

const read = (images: readonly HostArray[]): unknown[] => images.map(toNested)

describe('filterImages', () => {
  test('grey is no weight, black and white the largest of each filter', async () => {
    const weight = tensor([
      [
        [
          [2, 0],
          [-1, 1],
        ],
      ],
      [
        [
          [0, -0.25],
          [0, 0],
        ],
      ],
      [
        [
          [0, 0],
          [0, 0],
        ],
      ],
    ])
    const images = await filterImages({ weight, bias: tensor([9, 9, 9]) })
    expect(images.map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
    ])
    expect(read(images)).toEqual([
      [
        [1, 0.5],
        [0.25, 0.75],
      ],
      [
        [0.5, 0],
        [0.5, 0.5],
      ],
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    ])
  })

  test('three channels are colours, more stand in a square', async () => {
    const [colour] = await filterImages({ weight: tensor([[[[1]], [[0]], [[-1]]]]) })
    expect(colour).toMatchObject({ shape: [3, 1, 1], data: Float32Array.from([1, 0.5, 0]) })
    const [square] = await filterImages({ weight: tensor([[[[1, 0]], [[0, 0]], [[-1, -1]], [[0, 1]], [[-1, 0]]]]) })
    // Three columns, two rows; white lines between them, and where no channel is left.
    expect(toNested(square as HostArray)).toEqual([
      [1, 0.5, 1, 0.5, 0.5, 1, 0, 0],
      [1, 1, 1, 1, 1, 1, 1, 1],
      [0.5, 1, 1, 0, 0.5, 1, 1, 1],
    ])
  })

  test('filters along sequences are [channels, length]', async () => {
    const images = await filterImages({
      weight: tensor([
        [
          [1, -1, 0],
          [0, 0, 0.5],
        ],
      ]),
    })
    expect(read(images)).toEqual([
      [
        [1, 0, 0.5],
        [0.5, 0.5, 0.75],
      ],
    ])
  })

  test('finds a convolution by its place, in tensors, host values and device arrays', async () => {
    const host = { 1: { 0: { weight: tensor([[[[-1]]]]) } } }
    expect(read(await filterImages(host, '1.0'))).toEqual([[[0]]])
    expect(read(await filterImages({ weight: [[[[3]]], [[[-3]]]] }))).toEqual([[[1]], [[0]]])
    const device = openReference().upload({ shape: [1, 1, 1, 1], dtype: 'float32', data: Float32Array.of(2) })
    expect(read(await filterImages({ 4: { weight: device } }, 4))).toEqual([[[1]]])
  })

  test('says where filters were looked for', async () => {
    const params = { 0: dense(2).init(randomKey(1), [3]) }
    await expect(filterImages(params, 0)).rejects.toThrow(/under 0\.weight, received \[3, 2\]/)
    await expect(filterImages(params, 5)).rejects.toThrow(/under 5\.weight, received only 0\.bias, 0\.weight/)
    await expect(filterImages({})).rejects.toThrow(RecipeError)
  })

  test('what is not a number is black', async () => {
    expect(read(await filterImages({ weight: tensor([[[[Number.NaN, 1]]]]) }))).toEqual([[[0, 1]]])
  })
})

describe('featureMaps', () => {
  const model = sequential(
    sequential(conv2d(2, 1), activation(relu)),
    makeLayer('double', (input) => input.mul(2)),
    flatten(),
    dense(2),
  )
  const image = [
    [
      [1, 2],
      [3, -4],
    ],
  ]
  const convolution = { weight: tensor([[[[1]]], [[[-1]]]]), bias: tensor([0, 1]) }
  const params = { ...model.init(randomKey(1), [1, 2, 2]), 0: { 0: convolution, 1: {} } }

  test('shows what a layer gives, on one scale for all its maps', async () => {
    // x and 1 − x: from −4 to 5.
    const maps = await featureMaps(model, params, image, '0.0')
    expect(maps.map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 2],
    ])
    const ninths = maps.map(({ data }) => Array.from(data, (number) => Math.round(number * 9 * 1e5) / 1e5))
    expect(ninths).toEqual([
      [5, 6, 7, 0],
      [4, 3, 2, 9],
    ])
    // After ReLU: from 0 to 5.
    const fifths = [
      [
        [0.2, 0.4],
        [0.6, 0],
      ],
      [
        [0, 0],
        [0, 1],
      ],
    ]
    const after = await featureMaps(model, params, tensor(image), '0.1', openReference())
    expect(read(after)).toEqual(fifths.map((map) => map.map((row) => row.map(Math.fround))))
    expect(await featureMaps(model, params, image, 0)).toEqual(after)
    expect(await featureMaps(model, params, image, 1)).toEqual(after)
  })

  test('takes parameters as fit gives them, and leaves nothing on the backend', async () => {
    const backend = openReference()
    const host = {
      0: { 0: { weight: await convolution.weight.host(), bias: await convolution.bias.host() }, 1: {} },
      3: { weight: await tensor(new Array(16).fill(0)).reshape([8, 2]).host(), bias: [0, 0] },
    }
    const before = backend.memory()
    expect(await featureMaps(model, host, image, 0, backend)).toEqual(await featureMaps(model, params, image, 0))
    expect(backend.memory()).toEqual(before)
  })

  test('of sequences are rows', async () => {
    const net = sequential(conv1d(2, 1, { useBias: false }))
    const maps = await featureMaps(net, { 0: { weight: tensor([[[1]], [[-1]]]) } }, [[0, 2, 1]], 0)
    expect(read(maps)).toEqual([[[0.5, 1, 0.75]], [[0.5, 0, 0.25]]])
  })

  test('a map that is the same everywhere is black', async () => {
    const net = sequential(conv2d(1, 1))
    const flat = { 0: { weight: tensor([[[[0]]]]), bias: tensor([7]) } }
    expect(read(await featureMaps(net, flat, image, 0))).toEqual([
      [
        [0, 0],
        [0, 0],
      ],
    ])
  })

  test('names the layers there are, and refuses outputs that are no maps', async () => {
    await expect(featureMaps(model, params, image, 9)).rejects.toThrow(/expected one of '', 0, 0\.0, 0\.1, 1, 2, 3/)
    await expect(featureMaps(model, params, image, 2)).rejects.toThrow(ShapeError)
    await expect(featureMaps(model, params, image, '')).rejects.toThrow(/\[batch, channels, \.\.\.places\]/)
  })
})
