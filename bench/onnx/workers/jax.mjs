// The tasks on jax-js, WebAssembly. Arrays are consumed by use; `.ref` keeps one for another use.
import { defaultDevice, init, jit, lax, nn, numpy as np, random, valueAndGrad } from '@jax-js/jax'
import { serve } from './serve.mjs'

await init('wasm')
defaultDevice('wasm')

let seed = 0
const uniform = (shape, scale = 0.1) => random.uniform(random.key(seed++), shape, { minval: -scale, maxval: scale })

/** One compiled step of gradient descent on `loss(weights, ...data)`. */
function descent(weights, loss) {
  const step = jit((current, ...data) => {
    const [value, gradient] = valueAndGrad(loss)(
      current.map((w) => w.ref),
      ...data,
    )
    return [value, current.map((w, i) => w.sub(gradient[i].mul(0.01)))]
  })
  let current = weights
  return async (...data) => {
    const [value, next] = step(current, ...data.map((x) => x.ref))
    current = next
    await value.data()
    await Promise.all(next.map((w) => w.ref.data()))
  }
}

function lstm(x, w, u, b, steps, batch, units) {
  const projected = np
    .matmul(x.reshape([steps * batch, -1]), w)
    .add(b)
    .reshape([steps, batch, 4 * units])
  const parts = np.split(projected, steps, 0)
  let h = np.zeros([batch, units])
  let c = np.zeros([batch, units])
  const states = []
  for (const part of parts) {
    const gates = part.reshape([batch, 4 * units]).add(np.matmul(h, u.ref))
    const [i, f, g, o] = np.split(gates, 4, 1)
    c = nn
      .sigmoid(f)
      .mul(c)
      .add(nn.sigmoid(i).mul(np.tanh(g)))
    h = nn.sigmoid(o).mul(np.tanh(c.ref))
    states.push(h.ref)
  }
  h.dispose()
  c.dispose()
  u.dispose()
  return np.stack(states)
}

const crossEntropy = (logits, targets) => nn.logSoftmax(logits).mul(targets).sum(-1).mean().neg()
const targets = (count, classes) =>
  nn.oneHot(np.array(Int32Array.from({ length: count }, (_, i) => (i * 7919) % classes)), classes)

serve('jax-js 0.1.25 wasm', {
  matmul: async () => {
    const [a, b] = [uniform([1024, 1024]), uniform([1024, 1024])]
    return async () => {
      await np.matmul(a.ref, b.ref).data()
    }
  },
  convolution: async () => {
    const weights = Array.from({ length: 6 }, () => uniform([64, 64, 3, 3], 0.04))
    const x = uniform([32, 64, 19, 19])
    const step = descent(weights, (current, image) =>
      np.square(current.reduce((y, w) => nn.relu(lax.convGeneralDilated(y, w, [1, 1], 'SAME')), image)).mean(),
    )
    return () => step(x)
  },
  'lstm 16×20×100': async () => {
    const x = uniform([20, 16, 100], 1)
    const step = descent([uniform([100, 400]), uniform([100, 400]), uniform([400])], ([w, u, b], input) =>
      np.square(lstm(input, w, u, b, 20, 16, 100)).mean(),
    )
    return () => step(x)
  },
  'lstm 32×30×128→256→500': async () => {
    const weights = [[128, 1024], [256, 1024], [1024], [256, 500], [500]].map((shape) => uniform(shape))
    const [x, y] = [uniform([30, 32, 128], 1), targets(960, 500)]
    const step = descent(weights, ([w, u, b, v, d], input, target) => {
      const states = lstm(input, w, u, b, 30, 32, 256).reshape([960, 256])
      return crossEntropy(np.matmul(states, v).add(d), target)
    })
    return () => step(x, y)
  },
  'mlp epoch': async () => {
    const batches = Array.from({ length: 8 }, () => [uniform([128, 784], 1), targets(128, 10)])
    const weights = [[784, 256], [256], [256, 10], [10]].map((shape) => uniform(shape))
    const step = descent(weights, ([w, b, v, d], x, y) =>
      crossEntropy(np.matmul(nn.relu(np.matmul(x, w).add(b)), v).add(d), y),
    )
    return async () => {
      for (let i = 0; i < 469; i++) await step(...batches[i % 8])
    }
  },
  'adam 10M': async () => {
    const size = [10_000_000]
    let state = [uniform(size), np.zeros(size), np.zeros(size)]
    const gradient = uniform(size)
    const update = jit((p, m, v, g) => {
      const nextM = m.mul(0.9).add(g.ref.mul(0.1))
      const nextV = v.mul(0.999).add(np.square(g).mul(0.001))
      const next = p.sub(nextM.ref.mul(0.001).div(np.sqrt(nextV.ref).add(1e-8)))
      return [next, nextM, nextV]
    })
    return async () => {
      state = update(...state, gradient.ref)
      await Promise.all(state.map((x) => x.ref.data()))
    }
  },
})
