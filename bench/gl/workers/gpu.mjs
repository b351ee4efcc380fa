// The matrix product on gpu.js, in the mode it has for Node: a headless WebGL1 context of the same package `gl`.
import Module, { createRequire } from 'node:module'
import { headless, prepareEnvironment } from './open-context.mjs'
import { serve } from './serve.mjs'

// gpu.js brings a `gl` of its own, an old one that has to be compiled; it gets the toolkit's instead.
const load = Module._load
Module._load = (request, ...rest) => (request === 'gl' ? headless : load(request, ...rest))
const { GPU } = createRequire(import.meta.url)('gpu.js')
prepareEnvironment()
const gpu = new GPU({ mode: 'headlessgl' })

const tasks = {
  'matmul 512': async () => {
    const random = () => Array.from({ length: 512 }, () => Float32Array.from({ length: 512 }, Math.random))
    const options = { output: [512, 512], pipeline: true, immutable: true }
    const upload = gpu.createKernel(function (a) {
      return a[this.thread.y][this.thread.x]
    }, options)
    const product = gpu.createKernel(function (a, b) {
      let sum = 0
      for (let k = 0; k < 512; k++) sum += a[this.thread.y][k] * b[k][this.thread.x]
      return sum
    }, options)
    const [left, right] = [random(), random()]
    const [a, b] = [upload(left), upload(right)]
    const numbers = product(a, b).toArray()
    const wanted = left[3].reduce((sum, number, k) => sum + number * right[k][5], 0)
    if (Math.abs(numbers[3][5] - wanted) > 1e-2) throw new Error(`${numbers[3][5]} instead of ${wanted}`)
    return async () => {
      const result = product(a, b)
      product.context.finish()
      result.delete()
    }
  },
}

await serve('gpu.js (headless WebGL1)', tasks)
