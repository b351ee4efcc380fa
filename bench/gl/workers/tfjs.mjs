// The tasks on TensorFlow.js with its WebGL backend, on the same kind of context, written as one would there.

// Brings the gradients and the methods of tensors along.
import * as layers from '@tensorflow/tfjs'
import { GPGPUContext, MathBackendWebGL, setWebGLContext } from '@tensorflow/tfjs-backend-webgl'
import * as tf from '@tensorflow/tfjs-core'
import { openContext } from './open-context.mjs'
import { serve } from './serve.mjs'

const gl = openContext()
// TensorFlow.js looks for a canvas to test what the context can do; it gets this context instead.
setWebGLContext(2, gl)
tf.env().set('WEBGL_VERSION', 2)
tf.env().set('IS_TEST', true)
// Pixel-pack buffers do not work on headless-gl: values are read directly.
tf.env().set('WEBGL_BUFFER_SUPPORTED', false)
tf.env().set('WEBGL_FENCE_API_ENABLED', false)
tf.registerBackend('headless', () => new MathBackendWebGL(new GPGPUContext(gl)), 10)
for (const { kernelName, kernelFunc, setupFunc, disposeFunc } of tf.getKernelsForBackend('webgl')) {
  tf.registerKernel({ kernelName, backendName: 'headless', kernelFunc, setupFunc, disposeFunc })
}
await tf.setBackend('headless')

const tasks = {
  'matmul 512': async () => {
    const [a, b] = [tf.randomUniform([512, 512]), tf.randomUniform([512, 512])]
    return async () => {
      const product = tf.matMul(a, b)
      // One number is read, so that the product is waited for and not transferred.
      const one = tf.slice(product, [0, 0], [1, 1])
      one.dataSync()
      tf.dispose([product, one])
    }
  },
  'convolution step': async () => {
    const weights = Array.from({ length: 6 }, () => tf.variable(tf.randomUniform([3, 3, 64, 64], -0.04, 0.04)))
    const x = tf.randomUniform([32, 19, 19, 64])
    const optimizer = tf.train.sgd(0.01)
    return async () => {
      const loss = optimizer.minimize(() => {
        let output = x
        for (const filter of weights) output = tf.relu(tf.conv2d(output, filter, 1, 'same'))
        return tf.mean(tf.square(output))
      }, true)
      loss.dataSync()
      loss.dispose()
    }
  },
  'LSTM step': async () => {
    const [units, outputs] = [100, 120]
    const variable = (shape) => tf.variable(tf.randomUniform(shape, -0.1, 0.1))
    const [w, u, b] = [variable([100, 4 * units]), variable([units, 4 * units]), variable([4 * units])]
    const [v, d] = [variable([units, outputs]), variable([outputs])]
    const x = tf.randomUniform([20, 16, 100])
    const y = tf.oneHot(tf.randomUniform([320], 0, outputs, 'int32'), outputs)
    const optimizer = tf.train.sgd(0.01)
    return async () => {
      const loss = optimizer.minimize(() => {
        let [h, c] = [tf.zeros([16, units]), tf.zeros([16, units])]
        const states = []
        const projected = tf.add(tf.matMul(tf.reshape(x, [320, 100]), w), b)
        for (const step of tf.unstack(tf.reshape(projected, [20, 16, 4 * units]))) {
          const [i, f, g, o] = tf.split(tf.add(step, tf.matMul(h, u)), 4, 1)
          c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)))
          h = tf.mul(tf.sigmoid(o), tf.tanh(c))
          states.push(h)
        }
        const logits = tf.add(tf.matMul(tf.reshape(tf.stack(states), [320, units]), v), d)
        return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), y), -1)))
      }, true)
      loss.dataSync()
      loss.dispose()
    }
  },
  // The same with the layers that TensorFlow.js offers.
  'LSTM step (layers)': async () => {
    const model = layers.sequential({
      layers: [
        layers.layers.lstm({ units: 100, returnSequences: true, inputShape: [20, 100] }),
        layers.layers.dense({ units: 120, activation: 'softmax' }),
      ],
    })
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'categoricalCrossentropy' })
    const x = tf.randomUniform([16, 20, 100])
    const y = tf.oneHot(tf.randomUniform([16, 20], 0, 120, 'int32'), 120)
    return async () => {
      await model.trainOnBatch(x, y)
    }
  },
}

await serve('TensorFlow.js (WebGL)', tasks)
