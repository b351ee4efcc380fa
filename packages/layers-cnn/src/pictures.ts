// Pictures of what a convolutional network has learned and sees: grey or coloured arrays between 0 and 1.
import {
  type Backend,
  compile,
  type DeviceArray,
  flattenTree,
  formatShape,
  type HostArray,
  type HostValue,
  openReference,
  RecipeError,
  ShapeError,
  Tensor,
  toHostArray,
  unflattenTree,
} from '@deep-recipe/core-tensor'
import { type Layer, observeLayers, type Params } from '@deep-recipe/layers-core'

/**
 * One picture for each filter of a convolution, between 0 and 1: grey (0.5) is no weight, black and white the filter's largest
 * in size. Filters of one channel are [height, width], of three [3, height, width] (red, green, blue); those of more
 * show their channels in a square, with white lines between. Filters along sequences are [channels, length].
 *
 * @param params parameters of a model, or of a convolution: tensors, device arrays or host values.
 * @param path where the convolution stands in them, such as `0` or `2.0`, as `summary` shows it. Default: `params` are its own.
 * @throws RecipeError when no filters stand there.
 */
export async function filterImages(params: unknown, path: string | number = ''): Promise<HostArray[]> {
  const name = path === '' ? 'weight' : `${path}.weight`
  const { leaves, paths } = flattenTree(params)
  const leaf = leaves[paths.indexOf(name)]
  const weight = leaf === undefined ? undefined : await readValue(leaf)
  if (!weight || weight.shape.length < 3 || weight.shape.length > 4 || weight.data.length === 0) {
    throw new RecipeError({
      what: 'filterImages',
      expected: `filters [filters, channels, ...window] under ${name}`,
      received: weight ? formatShape(weight.shape) : `only ${paths.join(', ') || 'no parameters'}`,
      remedy: 'Give the place of a convolution, as summary shows it.',
    })
  }
  const shape = weight.shape.slice(1)
  return cut(weight).map((numbers) => {
    const largest = numbers.reduce((most, number) => Math.max(most, Math.abs(number) || 0), 0)
    return arrange(
      numbers.map((number) => 0.5 + (largest > 0 ? number / largest / 2 : 0)),
      shape,
    )
  })
}

/**
 * The feature maps that a layer makes of one example, between 0 and 1: [height, width] each, or [1, length] for sequences. Black
 * is the smallest and white the largest number of all of them, so that they can be compared.
 *
 * @param params parameters of the model: tensors, device arrays (of the backend), or host values, as `fit` gives them.
 * @param input one example, without the batch axis.
 * @param path which layer, such as `2` or `2.0`, as `summary` shows it.
 * @param backend computes it. Default: the reference backend.
 * @throws RecipeError when no layer stands there; ShapeError when its output is no feature maps.
 */
export async function featureMaps<P extends Params>(
  model: Layer<P>,
  params: unknown,
  input: Tensor | HostValue,
  path: string | number,
  backend: Backend = openReference(),
): Promise<HostArray[]> {
  const { leaves } = flattenTree(params)
  const values = unflattenTree(
    params,
    await Promise.all(leaves.map((leaf) => (leaf instanceof Tensor ? leaf.host() : leaf))),
  )
  const run = compile(backend, (weights: P, example: Tensor): Tensor => {
    const calls = observeLayers(model, weights, example.expandDims(0))
    const call = calls.find((each) => each.path === String(path))
    if (call) return call.output
    throw new RecipeError({
      what: 'featureMaps: path',
      expected: `one of ${calls.map((each) => each.path || "''").join(', ')}`,
      received: String(path),
      remedy: 'Choose a layer as summary shows it.',
    })
  })
  const { shape, dtype, data } = await runOnce(run as unknown as Run, values, await readValue(input))
  if (shape.length < 3 || shape.length > 4 || data.length === 0) {
    throw new ShapeError({
      what: 'featureMaps',
      expected: 'a layer whose output is [batch, channels, ...places]',
      received: formatShape(shape),
      remedy: 'Choose one before flatten or global pooling.',
    })
  }
  const maps = cut({ shape: shape.slice(1), dtype, data })
  const finite = maps.flat().filter(Number.isFinite)
  const low = finite.reduce((least, number) => Math.min(least, number), Number.POSITIVE_INFINITY)
  const high = finite.reduce((most, number) => Math.max(most, number), Number.NEGATIVE_INFINITY)
  const size = shape.length === 3 ? [1, shape[2] as number] : shape.slice(2)
  return maps.map((numbers) =>
    picture(
      numbers.map((number) => (high > low ? (number - low) / (high - low) : 0)),
      size,
    ),
  )
}

type Run = ((...args: unknown[]) => Promise<DeviceArray>) & { dispose(): void }

/** The result of a compiled function that is called this once. */
async function runOnce(run: Run, ...args: unknown[]): Promise<HostArray> {
  try {
    const output = await run(...args)
    const value = await output.host()
    output.dispose()
    return value
  } finally {
    run.dispose()
  }
}

/** The parts of an array along its first axis. */
function cut({ shape, data }: HostArray): number[][] {
  const [count = 0] = shape
  const size = data.length / count
  return Array.from({ length: count }, (_, i) => Array.from(data.subarray(i * size, (i + 1) * size)))
}

/** A filter [channels, length] or [channels, height, width] as one picture. */
function arrange(numbers: readonly number[], shape: readonly number[]): HostArray {
  if (shape.length === 2) return picture(numbers, shape)
  const [channels, height, width] = shape as [number, number, number]
  if (channels === 1) return picture(numbers, [height, width])
  if (channels === 3) return picture(numbers, shape)
  const columns = Math.ceil(Math.sqrt(channels))
  const rows = Math.ceil(channels / columns)
  const [fullHeight, fullWidth] = [rows * (height + 1) - 1, columns * (width + 1) - 1]
  const all = new Array<number>(fullHeight * fullWidth).fill(1)
  numbers.forEach((number, i) => {
    const channel = Math.floor(i / (height * width))
    const y = Math.floor(channel / columns) * (height + 1) + (Math.floor(i / width) % height)
    const x = (channel % columns) * (width + 1) + (i % width)
    all[y * fullWidth + x] = number
  })
  return picture(all, [fullHeight, fullWidth])
}

/** Numbers as an array of the report; what is no number is black, what is infinite at the end of the scale. */
function picture(numbers: readonly number[], shape: readonly number[]): HostArray {
  const data = Float32Array.from(numbers, (number) => (number > 0 ? Math.min(1, number) : 0))
  return { shape: [...shape], dtype: 'float32', data }
}

async function readValue(value: unknown): Promise<HostArray> {
  const readable = value as { host?: () => Promise<HostArray> }
  return typeof readable.host === 'function' ? readable.host() : toHostArray(value as HostValue)
}
