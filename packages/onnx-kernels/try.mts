// The same matrix product twice: interpreted by the reference backend, and as native code by ONNX Runtime.
//
// Run it with `pnpm --filter @deep-recipe/onnx-kernels try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then change
// - `sizes`: at [4, 8] nobody gains anything, a call costs more than the work. From where on does it pay?
// - `work`, to a.add(b): one operation for each number that is fetched, and the gain is gone;
// - openOnnx({ threads: 1 }): what do further cores add?
import { type Backend, BackendError, compile, HostRandom, openReference, type Tensor } from '@deep-recipe/core-tensor'
import { openOnnx } from '@deep-recipe/onnx-kernels'

const sizes = [16, 64, 256]
const work = (a: Tensor, b: Tensor): Tensor => a.matmul(b)

/** The numbers, and the least milliseconds that a call took. */
async function time(backend: Backend, size: number): Promise<{ numbers: Float32Array; least: number }> {
  const random = new HostRandom(size)
  const draw = (): Float32Array => Float32Array.from({ length: size * size }, () => random.normal())
  const upload = () => backend.upload({ shape: [size, size], dtype: 'float32', data: draw() })
  const [a, b] = [upload(), upload()]
  const run = compile(backend, work)
  let least = Number.POSITIVE_INFINITY
  let numbers = new Float32Array()
  for (let round = 0; round < 2000 / size; round++) {
    const started = performance.now()
    numbers = Float32Array.from(await (await run(a, b)).data())
    least = Math.min(least, performance.now() - started)
  }
  return { numbers, least }
}

try {
  const onnx = await openOnnx()
  console.log(`${onnx.description}\n\n    size   reference        onnx   times as fast   largest difference`)
  for (const size of sizes) {
    const [slow, fast] = [await time(openReference(), size), await time(onnx, size)]
    const differences = fast.numbers.map((number, i) => Math.abs(number - Number(slow.numbers[i])))
    const largest = Math.max(...differences).toExponential(1)
    const [before, now] = [slow.least, fast.least].map((each) => `${each.toFixed(2)} ms`.padStart(11))
    const gain = (slow.least / fast.least).toFixed(1)
    console.log(String(size).padStart(8), before, now, gain.padStart(15), largest.padStart(20))
  }
} catch (error) {
  if (!(error instanceof BackendError)) throw error
  console.log(error.message)
}
