// The tasks on this toolkit's WebGL2 backend: each is one compiled graph of forward, backward and update.
import {
  compile,
  conv2d,
  type DeviceArray,
  oneHot,
  scan,
  type Tensor,
  valueAndGrad,
} from '../../../packages/core-tensor/src/index.ts'
import { openGl } from '../../../packages/gl-kernels/src/index.node.ts'
import { makeAtisEpoch } from '../../onnx/workers/atis-epoch.ts'
import { serve } from './serve.mjs'

const backend = await openGl()

function upload(shape: readonly number[], scale = 0.1): DeviceArray {
  const size = shape.reduce((product, length) => product * length, 1)
  const data = Float32Array.from({ length: size }, () => (Math.random() - 0.5) * 2 * scale)
  return backend.upload({ shape, dtype: 'float32', data })
}

type Weights = Record<string, Tensor>

/** Descends along the gradient of `loss`: new weights go back in, so each run is one step. */
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
  const run = async (...data: DeviceArray[]): Promise<void> => {
    const { value, next } = await step(current, ...data)
    current = next as Record<string, DeviceArray>
    await value.data()
    value.dispose()
  }
  return Object.assign(run, { stats: () => step.stats() })
}

/** LSTM over x [steps, batch, inputs]; the product with the inputs is done for all steps at once. */
function lstm(x: Tensor, { w, u, b }: Weights, units: number): Tensor {
  const [steps, batch, inputs] = x.shape as [number, number, number]
  const flat = x
    .reshape([steps * batch, inputs])
    .matmul(w as Tensor)
    .add(b as Tensor)
  const projected = flat.reshape([steps, batch, 4 * units])
  const zero = projected.at(0).slice([0, 0], [batch, units]).mul(0)
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

export const tasks: Record<string, () => Promise<() => Promise<void>>> = {
  'matmul 512': async () => {
    const product = compile(backend, (a: Tensor, b: Tensor) => a.matmul(b))
    const [a, b] = [upload([512, 512]), upload([512, 512])]
    return async () => {
      const result = await product(a, b)
      backend.device.finish()
      result.dispose()
    }
  },
  'convolution step': async () => {
    const weights = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`w${i}`, upload([64, 64, 3, 3], 0.04)]))
    const x = upload([32, 64, 19, 19])
    const run = descent((w, image) => {
      let output = image as Tensor
      for (let i = 0; i < 6; i++) output = conv2d(output, w[`w${i}`] as Tensor, { padding: 'same' }).relu()
      return output.square().mean()
    }, weights)
    return () => run(x)
  },
  'LSTM step': async () => {
    const [units, outputs] = [100, 120]
    const weights = {
      w: upload([100, 4 * units]),
      u: upload([units, 4 * units]),
      b: upload([4 * units]),
      v: upload([units, outputs]),
      d: upload([outputs]),
    }
    const x = upload([20, 16, 100], 1)
    const data = Int32Array.from({ length: 320 }, () => Math.floor(Math.random() * outputs))
    const y = backend.upload({ shape: [320], dtype: 'int32', data })
    const run = descent((w, input, target) => {
      const states = lstm(input as Tensor, w, units).reshape([320, units])
      const logits = states.matmul(w.v as Tensor).add(w.d as Tensor)
      return logits
        .logSoftmax()
        .mul(oneHot(target as Tensor, outputs))
        .sum([-1])
        .mean()
        .neg()
    }, weights)
    return () => run(x, y)
  },
  'ATIS epoch, a tenth': () => makeAtisEpoch(backend, 10),
}

tasks['LSTM step (layers)'] = tasks['LSTM step'] as (typeof tasks)[string]

if (process.env.BENCH_PROFILE) {
  const { profile } = await import('./profile.ts')
  await profile(backend, tasks, process.env.BENCH_PROFILE)
} else {
  await serve('deep-recipe (gl)', tasks)
}
