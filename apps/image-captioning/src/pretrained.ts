// Encoders that come from elsewhere: any ONNX network as frozen features, or weights of our own encoder from a safetensors file.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { UsageError } from '@deep-recipe/app-kit'
import { type HostArray, RecipeError } from '@deep-recipe/core-tensor'
import type { Params } from '@deep-recipe/layers-core'
import { decodeSafetensors, type HostParams, placeTensors } from '@deep-recipe/training'

/** What the file is by its name. */
export type EncoderFile = 'onnx' | 'safetensors'

/** How numbers 0 to 255 are scaled for another network. */
export const scalings = ['imagenet', 'unit', 'symmetric', 'bytes'] as const
export type Scaling = (typeof scalings)[number]

/** Mean and deviation by channel, for numbers from 0 to 1. */
const statistics: {
  readonly [scaling in Scaling]: { readonly mean: readonly number[]; readonly deviation: readonly number[] }
} = {
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  unit: { mean: [0, 0, 0], deviation: [1, 1, 1] },
  symmetric: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
  bytes: { mean: [0, 0, 0], deviation: [1 / 255, 1 / 255, 1 / 255] },
}

/** A network that turns pictures into features. */
export interface FeatureNetwork {
  /** Side of the pictures it takes. */
  readonly size: number
  /** Of its features: [channels, height, width]. */
  readonly shape: readonly number[]
  /** SHA-256 of its file, and the scaling: what decides its features. */
  readonly key: string
  /** @param picture 3 · size · size bytes */
  run(picture: Uint8Array): Promise<Float32Array>
}

/** Which kind of encoder a file is. @throws UsageError for any other */
export function kindOfEncoder(path: string): EncoderFile {
  if (path.endsWith('.onnx')) return 'onnx'
  if (path.endsWith('.safetensors')) return 'safetensors'
  throw new UsageError({
    what: '--encoder',
    expected: 'a file that ends in .onnx or .safetensors',
    received: path,
    remedy: 'Export the network to ONNX, or save the encoder of a run.',
  })
}

/**
 * Opens an ONNX network with one input, pictures [batch, 3, side, side], of which the first output with four axes (else
 * with two) is taken for features.
 *
 * @param size the side of pictures where the network takes any.
 * @throws UsageError for a file that is no such network.
 */
export async function openFeatureNetwork(path: string, scaling: Scaling, size: number): Promise<FeatureNetwork> {
  const bytes = await readEncoderFile(path)
  const fail = (expected: string, received: string, cause?: unknown): never => {
    const remedy = 'Give a convolutional network as an ONNX file.'
    throw new UsageError({ what: `--encoder ${path}`, expected, received, remedy }, { cause })
  }
  const { InferenceSession, Tensor } = await loadRuntime()
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 }).catch((error: unknown) =>
    fail('a network in the ONNX format', String((error as Error).message).split('\n')[0] ?? '', error),
  )
  const [inputName = ''] = session.inputNames
  if (session.inputNames.length !== 1) fail('a network with one input', `${session.inputNames.length} inputs`)
  const side = readSide(session.inputMetadata[0], size, fail)
  const { mean, deviation } = statistics[scaling]
  const infer = async (picture: Uint8Array): Promise<{ shape: readonly number[]; data: Float32Array }> => {
    const numbers = new Float32Array(picture.length)
    const area = side * side
    for (let i = 0; i < numbers.length; i++) {
      const channel = Math.floor(i / area)
      numbers[i] = ((picture[i] as number) / 255 - (mean[channel] as number)) / (deviation[channel] as number)
    }
    const results = await session
      .run({ [inputName]: new Tensor('float32', numbers, [1, 3, side, side]) })
      .catch((error: unknown) =>
        fail('a network that takes pictures [1, 3, side, side]', (error as Error).message, error),
      )
    const all = session.outputNames.map((name) => results[name])
    const found = all.find((one) => one?.dims.length === 4) ?? all.find((one) => one?.dims.length === 2)
    if (found?.type !== 'float32') return fail('an output [batch, channels, height, width] of float32', 'none')
    const [, channels = 1, height = 1, width = 1] = found.dims
    return { shape: [channels, height, width], data: Float32Array.from(found.data as Float32Array) }
  }
  const { shape } = await infer(new Uint8Array(3 * side * side))
  const digest = createHash('sha256').update(bytes).digest('hex')
  return { size: side, shape, key: `${digest} ${scaling}`, run: async (picture) => (await infer(picture)).data }
}

/** Side of the pictures that a network wants, or the given one if it takes any. */
function readSide(
  input: import('onnxruntime-node').InferenceSession.ValueMetadata | undefined,
  size: number,
  fail: (expected: string, received: string) => never,
): number {
  const shape: readonly (number | string)[] = input?.isTensor ? input.shape : []
  const [, channels, height, width] = shape
  const fits = shape.length === 4 && (typeof channels !== 'number' || channels === 3) && height === width
  const areNamed = typeof height !== 'number' || typeof width !== 'number'
  if (!fits && !(shape.length === 4 && areNamed && (typeof channels !== 'number' || channels === 3))) {
    fail('an input [batch, 3, side, side]', `[${shape.join(', ')}]`)
  }
  return typeof height === 'number' && height > 0 ? height : size
}

async function loadRuntime(): Promise<typeof import('onnxruntime-node')> {
  try {
    const loaded = await import('onnxruntime-node')
    return 'InferenceSession' in loaded ? loaded : (loaded as { default: typeof loaded }).default
  } catch (error) {
    throw new RecipeError(
      {
        what: '--encoder with an ONNX file',
        expected: 'the package onnxruntime-node',
        received: (error as Error).message.split('\n')[0] ?? '',
        remedy: 'Install it with `npm install onnxruntime-node@1.30.0`.',
      },
      { cause: error },
    )
  }
}

/**
 * The weights of our own encoder from a safetensors file: an `encoder.safetensors` or a checkpoint of a run.
 *
 * @param like the encoder's parameters, for their names and shapes.
 * @throws SafetensorsError for a damaged file; CheckpointError, naming the first tensor that differs, for another network.
 */
export async function loadEncoderWeights(path: string, like: Params): Promise<HostParams> {
  const { tensors } = decodeSafetensors(await readEncoderFile(path), { source: path })
  const named: Record<string, HostArray> = {}
  const isCheckpoint = Object.keys(tensors).some((name) => name.startsWith('params.encoder.'))
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!isCheckpoint) named[name] = tensor
    else if (name.startsWith('params.encoder.')) named[name.slice('params.encoder.'.length)] = tensor
  }
  return placeTensors(like, named)
}

async function readEncoderFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    throw new UsageError(
      {
        what: '--encoder',
        expected: 'a file that can be read',
        received: (error as Error).message,
        remedy: 'Check the path.',
      },
      { cause: error },
    )
  }
}
