// The tasks on TensorFlow.js, WebAssembly or plain JavaScript: node tfjs.mjs wasm|cpu
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { serve } from './serve.mjs'

// Its ES modules import paths that Node does not resolve; the CommonJS bundles load, gradients included.
const require = createRequire(import.meta.url)
const tf = require('@tensorflow/tfjs')
const { ctcLossGradient } = require('tfjsctcloss')
const { setThreadsCount, setWasmPaths } = require('@tensorflow/tfjs-backend-wasm')

const backend = process.argv[2]
console.warn = () => {}
if (backend === 'wasm') {
  setWasmPaths(`${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`)
  setThreadsCount(Number(process.env.BENCH_THREADS ?? 2))
}
await tf.setBackend(backend)
await tf.ready()

const uniform = (shape, scale = 0.1) => tf.randomUniform(shape, -scale, scale)

/** One step of gradient descent on `loss`, whose weights are tf.variables. */
function descent(weights, loss) {
  const optimizer = tf.train.sgd(0.01)
  return async (...data) => {
    const value = optimizer.minimize(() => loss(...data), true, weights)
    await value.data()
    value.dispose()
  }
}

function lstm(x, w, u, b, steps, batch, units) {
  const [projected] = [
    tf.add(tf.reshape(tf.matMul(tf.reshape(x, [steps * batch, -1]), w), [steps, batch, 4 * units]), b),
  ]
  let h = tf.zeros([batch, units])
  let c = tf.zeros([batch, units])
  const states = []
  for (let step = 0; step < steps; step++) {
    const gates = tf.add(
      tf.reshape(tf.slice(projected, [step, 0, 0], [1, batch, 4 * units]), [batch, 4 * units]),
      tf.matMul(h, u),
    )
    const [i, f, g, o] = tf.split(gates, 4, 1)
    c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)))
    h = tf.mul(tf.sigmoid(o), tf.tanh(c))
    states.push(h)
  }
  return tf.stack(states)
}

function crossEntropy(logits, labels, classes) {
  const shifted = tf.sub(logits, tf.max(logits, -1, true))
  const logNormalizer = tf.log(tf.sum(tf.exp(shifted), -1))
  return tf.mean(tf.sub(logNormalizer, tf.sum(tf.mul(shifted, tf.oneHot(labels, classes)), -1)))
}
const labels = (count, classes) => tf.randomUniform([count], 0, classes, 'int32')

serve(`TensorFlow.js 4.22 ${backend}`, {
  matmul: async () => {
    const [a, b] = [uniform([1024, 1024]), uniform([1024, 1024])]
    return async () => {
      const product = tf.matMul(a, b)
      await product.data()
      product.dispose()
    }
  },
  convolution: async () => {
    const weights = Array.from({ length: 6 }, () => tf.variable(uniform([3, 3, 64, 64], 0.04)))
    const x = uniform([32, 19, 19, 64])
    return descent(weights, () => tf.mean(tf.square(weights.reduce((y, w) => tf.relu(tf.conv2d(y, w, 1, 'same')), x))))
  },
  'lstm 16×20×100': async () => {
    const weights = [uniform([100, 400]), uniform([100, 400]), uniform([400])].map((w) => tf.variable(w))
    const x = uniform([20, 16, 100], 1)
    return descent(weights, () => tf.mean(tf.square(lstm(x, ...weights, 20, 16, 100))))
  },
  'lstm 32×30×128→256→500': async () => {
    const shapes = [[128, 1024], [256, 1024], [1024], [256, 500], [500]]
    const weights = shapes.map((shape) => tf.variable(uniform(shape)))
    const [x, y] = [uniform([30, 32, 128], 1), labels(960, 500)]
    const [w, u, b, v, d] = weights
    return descent(weights, () => {
      const states = tf.reshape(lstm(x, w, u, b, 30, 32, 256), [960, 256])
      return crossEntropy(tf.add(tf.matMul(states, v), d), y, 500)
    })
  },
  'ctc 32×200×80, 40 labels': async () => {
    const x = uniform([32, 200, 80], 2)
    // Labels are 1-of-N rows; the last class is the blank, and fills what is left of the 200 rows.
    const y = tf.oneHot(tf.concat([tf.reshape(labels(32 * 40, 79), [32, 40]), tf.fill([32, 160], 79, 'int32')], 1), 80)
    const step = tf.valueAndGrad((logits) => tf.mean(ctcLossGradient(y, logits)))
    return async () => {
      const { value, grad } = tf.tidy(() => step(x))
      await value.data()
      tf.dispose([value, grad])
    }
  },
  'mlp epoch': async () => {
    const [w, b, v, d] = [[784, 256], [256], [256, 10], [10]].map((shape) => tf.variable(uniform(shape)))
    const batches = Array.from({ length: 8 }, () => [uniform([128, 784], 1), labels(128, 10)])
    const step = descent([w, b, v, d], (x, y) =>
      crossEntropy(tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(x, w), b)), v), d), y, 10),
    )
    return async () => {
      for (let i = 0; i < 469; i++) await step(...batches[i % 8])
    }
  },
  'adam 10M': async () => {
    const parameter = tf.variable(uniform([10_000_000]))
    const gradient = uniform([10_000_000])
    const optimizer = tf.train.adam(0.001)
    return async () => optimizer.applyGradients({ [parameter.name]: gradient })
  },
})
