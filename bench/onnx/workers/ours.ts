// The tasks on this toolkit's ONNX backend: each is one compiled graph of forward, backward and update.
import {
  type Backend,
  compile,
  conv2d,
  type DeviceArray,
  HostRandom,
  oneHot,
  scan,
  type Tensor,
  valueAndGrad,
} from '../../../packages/core-tensor/src/index.ts'
import { openOnnx } from '../../../packages/onnx-kernels/src/index.ts'
import { ctcLoss } from '../../../packages/sequence-losses/src/index.ts'
import { makeAtisEpoch } from './atis-epoch.ts'
import { captioningTasks } from './captioning.ts'
import { serve } from './serve.mjs'

const threads = Number(process.env.BENCH_THREADS ?? 0)
const backend: Backend = await openOnnx(threads ? { threads } : {})
const random = new HostRandom(1)

function upload(shape: readonly number[], scale = 0.1): DeviceArray {
  const size = shape.reduce((product, length) => product * length, 1)
  const data = Float32Array.from({ length: size }, () => (random.uniform() - 0.5) * 2 * scale)
  return backend.upload({ shape, dtype: 'float32', data })
}
function labels(shape: readonly number[], classes: number): DeviceArray {
  const size = shape.reduce((product, length) => product * length, 1)
  return backend.upload({
    shape,
    dtype: 'int32',
    data: Int32Array.from({ length: size }, () => random.integer(classes)),
  })
}
type Weights = Record<string, Tensor>

/** Descends along the gradient of `loss` in place: new weights go back in, so each run is one step. */
function descent(loss: (weights: Weights, ...data: Tensor[]) => Tensor, weights: Record<string, DeviceArray>) {
  const step = compile(
    backend,
    (current: Weights, ...data: Tensor[]) => {
      const { value, gradient } = valueAndGrad((w: Weights) => loss(w, ...data))(current)
      const next = Object.fromEntries(
        Object.entries(current).map(([name, w]) => [name, w.sub((gradient[name] as Tensor).mul(0.01))]),
      )
      return { value, next }
    },
    { donate: [0] },
  )
  let current = weights
  return async (...data: DeviceArray[]): Promise<void> => {
    const { value, next } = await step(current, ...data)
    current = next as Record<string, DeviceArray>
    await value.data()
    value.dispose()
  }
}

function crossEntropy(logits: Tensor, target: Tensor, classes: number): Tensor {
  const shifted = logits.sub(logits.max([-1], { keepDims: true }))
  const logNormalizer = shifted.exp().sum([-1]).log()
  const picked = shifted.mul(oneHot(target, classes)).sum([-1])
  return logNormalizer.sub(picked).mean()
}

function lstm(x: Tensor, { w, u, b }: Weights, units: number): Tensor {
  // x: [steps, batch, inputs]; the product with the inputs is done for all steps at once.
  const [steps, batch] = x.shape as [number, number]
  const projected = x
    .matmul((w as Tensor).reshape([1, ...(w as Tensor).shape]).broadcastTo([steps, ...(w as Tensor).shape]))
    .add(b as Tensor)
  const zero = projected.slice([0, 0, 0], [1, batch, units]).reshape([batch, units]).mul(0)
  const [, states] = scan(
    ({ h, c }: { h: Tensor; c: Tensor }, step: Tensor) => {
      const gates = step.add(h.matmul(u as Tensor))
      const gate = (index: number): Tensor => gates.slice([0, index * units], [batch, units])
      const next = gate(1)
        .sigmoid()
        .mul(c)
        .add(gate(0).sigmoid().mul(gate(2).tanh()))
      const state = gate(3).sigmoid().mul(next.tanh())
      return [{ h: state, c: next }, state]
    },
    { h: zero, c: zero },
    projected,
  )
  return states
}

const tasks: Record<string, () => Promise<() => Promise<void>>> = {
  matmul: async () => {
    const product = compile(backend, (a: Tensor, b: Tensor) => a.matmul(b))
    const [a, b] = [upload([1024, 1024]), upload([1024, 1024])]
    return async () => (await product(a, b)).dispose()
  },
  convolution: async () => {
    const weights = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`w${i}`, upload([64, 64, 3, 3], 0.04)]))
    const x = upload([32, 64, 19, 19])
    const run = descent((w, image) => {
      let output = image as Tensor
      for (let i = 0; i < 6; i++) output = conv2d(output, w[`w${i}`] as Tensor, { padding: 'same' }).relu()
      return output.square().mean()
    }, weights)
    return () => run(x)
  },
  'lstm 16×20×100': async () => {
    const weights = { w: upload([100, 400]), u: upload([100, 400]), b: upload([400]) }
    const x = upload([20, 16, 100], 1)
    const run = descent(
      (w, input) =>
        lstm(input as Tensor, w, 100)
          .square()
          .mean(),
      weights,
    )
    return () => run(x)
  },
  'lstm 32×30×128→256→500': async () => {
    const weights = {
      w: upload([128, 1024]),
      u: upload([256, 1024]),
      b: upload([1024]),
      v: upload([256, 500]),
      d: upload([500]),
    }
    const [x, y] = [upload([30, 32, 128], 1), labels([960], 500)]
    const run = descent((w, input, target) => {
      const states = lstm(input as Tensor, w, 256).reshape([960, 256])
      return crossEntropy(states.matmul(w.v as Tensor).add(w.d as Tensor), target as Tensor, 500)
    }, weights)
    return () => run(x, y)
  },
  'ctc 32×200×80, 40 labels': async () => {
    const logits = upload([32, 200, 80], 2)
    // Classes 1 … 79; 0 is the blank.
    const targets = await labels([32, 40], 79).data()
    const shifted = targets.map((label: number) => label + 1) as Int32Array
    const data = [
      backend.upload({ shape: [32, 40], dtype: 'int32', data: shifted }),
      backend.upload({ shape: [32], dtype: 'int32', data: new Int32Array(32).fill(200) }),
      backend.upload({ shape: [32], dtype: 'int32', data: new Int32Array(32).fill(40) }),
    ] as const
    const step = compile(backend, (x: Tensor, y: Tensor, inputLengths: Tensor, labelLengths: Tensor) =>
      valueAndGrad((given: Tensor) => ctcLoss(given, y, { inputLengths, labelLengths }))(x),
    )
    return async () => {
      const { value, gradient } = await step(logits, ...data)
      await value.data()
      value.dispose()
      gradient.dispose()
    }
  },
  'atis epoch': () => makeAtisEpoch(backend),
  'mlp epoch': async () => {
    const weights = { w: upload([784, 256]), b: upload([256]), v: upload([256, 10]), d: upload([10]) }
    const batches = Array.from({ length: 8 }, () => [upload([128, 784], 1), labels([128], 10)] as const)
    const run = descent((w, x, y) => {
      const hidden = (x as Tensor)
        .matmul(w.w as Tensor)
        .add(w.b as Tensor)
        .relu()
      return crossEntropy(hidden.matmul(w.v as Tensor).add(w.d as Tensor), y as Tensor, 10)
    }, weights)
    return async () => {
      for (let i = 0; i < 469; i++) await run(...(batches[i % 8] as [DeviceArray, DeviceArray]))
    }
  },
  'adam 10M': async () => {
    const size = 10_000_000
    let state = { p: upload([size]), m: upload([size], 0), v: upload([size], 0) }
    const g = upload([size])
    const update = compile(
      backend,
      ({ p, m, v }: Record<'p' | 'm' | 'v', Tensor>, gradient: Tensor, rate: Tensor) => {
        const nextM = m.mul(0.9).add(gradient.mul(0.1))
        const nextV = v.mul(0.999).add(gradient.square().mul(0.001))
        return { p: p.sub(nextM.mul(rate).div(nextV.sqrt().add(1e-8))), m: nextM, v: nextV }
      },
      { donate: [0] },
    )
    return async () => {
      state = await update(state, g, 0.001)
    }
  },
}

serve('deep-recipe (ONNX Runtime)', { ...tasks, ...captioningTasks(backend) })
