// Weights that PyTorch wrote, as safetensors and as ONNX, in this toolkit's layers: the outputs must be PyTorch's.
// The files and the expected numbers come from fixtures/make_models.py.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Backend, compile, openReference, RecipeError, type Tensor, toHostArray } from '@deep-recipe/core-tensor'
import { conv2d } from '@deep-recipe/layers-cnn'
import {
  batchNorm,
  dense,
  embedding,
  evaluation,
  flatten,
  layerNorm,
  makeLayer,
  relu,
  sequential,
} from '@deep-recipe/layers-core'
import { gru, gruFromTorch, lstm, lstmFromTorch, stacked, stackFromTorch } from '@deep-recipe/layers-rnn'
import {
  fromTorchBatchNorm,
  fromTorchConv2d,
  fromTorchEmbedding,
  fromTorchLayerNorm,
  fromTorchLinear,
  importOnnxWeights,
  type NamedWeights,
  openOnnx,
} from '@deep-recipe/onnx-kernels'
import { decodeSafetensors } from '@deep-recipe/training'
import { describe, expect, test } from 'vitest'

type Name = 'pictures' | 'lstm' | 'gru'
type Given = { readonly shape: readonly number[]; readonly data: readonly number[] }

const fixture = (name: string): URL => new URL(`fixtures/${name}`, import.meta.url)
const expected: Record<Name, { input: Given; output: Given }> = JSON.parse(
  await readFile(fixture('expected.json'), 'utf8'),
)
const { tensors } = decodeSafetensors(await readFile(fixture('models.safetensors')))

const picturesModel = sequential(
  conv2d(4, 3, { padding: 'same' }),
  batchNorm(),
  makeLayer('relu', relu),
  flatten(),
  dense(3),
)

/** `prefix` is what stands before the names: safetensors holds all three models, the ONNX file one. */
function readPictures(prefix: string, weights: NamedWeights, image: Tensor): Tensor {
  const params = {
    0: fromTorchConv2d(weights, `${prefix}conv`),
    1: fromTorchBatchNorm(weights, `${prefix}norm`),
    4: fromTorchLinear(weights, `${prefix}fc`),
  }
  return picturesModel.apply(params, image, evaluation)
}

function readWords(kind: 'lstm' | 'gru', weights: NamedWeights, symbols: Tensor): Tensor {
  const layer = kind === 'lstm' ? stacked(lstm(6)) : stacked(gru(6))
  const convert = kind === 'lstm' ? lstmFromTorch : gruFromTorch
  const model = sequential(embedding(7, 5), layerNorm(), layer, dense(2, { useBias: false }))
  const params = {
    0: fromTorchEmbedding(weights, `${kind}.embed`),
    1: fromTorchLayerNorm(weights, `${kind}.norm`),
    2: stackFromTorch(convert, weights, `${kind}.rnn.`),
    3: fromTorchLinear(weights, `${kind}.head`),
  }
  return model.apply(params, symbols, evaluation)
}

const onnxIsMissing = await openOnnx().then(
  (backend) => backend.close(),
  (error: Error) => error.message,
)
const backends: [string, () => Backend | Promise<Backend>, skip: boolean][] = [
  ['reference', openReference, false],
  ['onnx', () => openOnnx(), onnxIsMissing !== undefined],
]

async function expectTorchOutput(
  open: () => Backend | Promise<Backend>,
  name: Name,
  weights: NamedWeights,
  run: (weights: NamedWeights, input: Tensor) => Tensor,
): Promise<void> {
  const { input, output } = expected[name]
  const backend = await open()
  try {
    const dtype = name === 'pictures' ? 'float32' : 'int32'
    const compiled = compile(backend, (x: Tensor) => run(weights, x))
    const result = await compiled(toHostArray([...input.data], { shape: input.shape, dtype }))
    expect(result.shape).toEqual(output.shape)
    const values = Array.from((await result.data()) as Float32Array)
    const errors = values.map((value, i) => Math.abs(value - (output.data[i] as number)))
    expect(Math.max(...errors)).toBeLessThan(1e-5)
  } finally {
    backend.close()
  }
}

describe.each(backends)('on %s', (_, open, skip) => {
  test.skipIf(skip)('convolution, batch normalisation, linear from safetensors', async () => {
    await expectTorchOutput(open, 'pictures', tensors, (weights, x) => readPictures('pictures.', weights, x))
  })
  test.skipIf(skip)('convolution, batch normalisation, linear from ONNX', async () => {
    const weights = await importOnnxWeights(fileURLToPath(fixture('pictures.onnx')))
    await expectTorchOutput(open, 'pictures', weights, (given, x) => readPictures('', given, x))
  })
  test.skipIf(skip).each(['lstm', 'gru'] as const)(
    'embedding, layer normalisation, %s, linear from safetensors',
    async (kind) => {
      await expectTorchOutput(open, kind, tensors, (weights, x) => readWords(kind, weights, x))
    },
  )
})

test('both files hold the same weights', async () => {
  const weights = await importOnnxWeights(fileURLToPath(fixture('pictures.onnx')))
  expect(Object.keys(weights).length).toBe(8)
  for (const [name, value] of Object.entries(weights))
    expect([name, value]).toEqual([name, tensors[`pictures.${name}`]])
})

test('a module of another kind, or one without running statistics, is refused with its name', () => {
  expect(() => fromTorchBatchNorm(tensors, 'lstm.norm')).toThrow(/lstm\.norm\.running_mean/)
  expect(() => fromTorchBatchNorm(tensors, 'lstm.norm')).toThrow(RecipeError)
  expect(() => fromTorchConv2d(tensors, 'pictures.fc')).toThrow(/4 axes/)
})
