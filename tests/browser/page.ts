// What the page does: everything is computed and compared in the browser, and handed to the test as plain data.
import { compile, openReference, randomBits, randomKey, runGraphOnHost, type Tensor } from '@deep-recipe/core-tensor'
import { type GlBackend, openGl } from '@deep-recipe/gl-kernels'
import type { ConformanceCase } from '../conformance/case.ts'
import { conformanceCases } from '../conformance/cases/all-cases.ts'
import { describeDifference } from '../conformance/compare.ts'
import { compareSteps } from '../conformance/compare-steps.ts'
import { gradientCases } from '../conformance/gradient-cases.ts'
import { toleranceOf } from '../conformance/tolerances.ts'
import { trainingModels } from '../conformance/training-models.ts'

/** Some of a list, spread over all of it. */
function spread<T>(list: readonly T[], most: number): T[] {
  const count = Math.min(most, list.length)
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)] as T)
}

async function compareCase(
  backend: GlBackend,
  { operationClass, signedZeros, build }: ConformanceCase,
): Promise<string[]> {
  const { graph, inputs } = build()
  const wanted = runGraphOnHost(graph, inputs, { precision: 'double' })
  const executable = await backend.compile(graph)
  const arrays = inputs.map((input) => backend.upload(input))
  const outputs = await executable.run(arrays)
  const received = await Promise.all(outputs.map((output) => output.host()))
  for (const array of [...arrays, ...outputs]) array.dispose()
  executable.dispose()
  const comparison = { tolerance: toleranceOf('gl', operationClass), signedZeros }
  return wanted.flatMap((value, i) => describeDifference(value, received[i] ?? value, comparison) ?? [])
}

/** The message of what a promise is rejected with. */
async function failureOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: Error) => error.message,
  )
}

const inPage = {
  describe: async () => {
    const backend = await openGl()
    backend.close()
    return { description: backend.description, isSoftware: backend.isSoftware, inNode: typeof process === 'object' }
  },

  /** At most so many cases of each primitive, and gradients of some. */
  compareCases: async (casesEach: number, gradientsEach: number) => {
    const backend = await openGl()
    const wrong: string[] = []
    const compared: Record<string, number> = {}
    for (const [primitive, cases] of Object.entries(conformanceCases)) {
      const chosen = [...spread(cases, casesEach), ...spread(gradientCases(cases), gradientsEach)]
      for (const each of chosen) {
        const differences = await compareCase(backend, each).catch((error: Error) => [error.message])
        wrong.push(...differences.map((difference) => `${each.name}: ${difference}`))
      }
      compared[primitive] = chosen.length
    }
    const memory = backend.memory()
    backend.close()
    return { wrong, compared, memory }
  },

  compareTrainingSteps: async () => {
    const backend = await openGl()
    const results: Record<string, string[]> = {}
    for (const model of trainingModels) results[model.name] = await compareSteps(backend, model)
    backend.close()
    return results
  },

  /** Random bits of gl and of the reference, and how many of them differ. */
  compareBits: async (count: number) => {
    const draw = (seed: Tensor): Tensor => randomBits(seed.add(randomKey(0)), [count])
    const [reference, gl] = [openReference(), await openGl()]
    const key = Int32Array.of(123456789, -987654321)
    const wanted = await (await compile(reference, draw)(key)).data()
    const received = await (await compile(gl, draw)(key)).data()
    const distinct = new Set(received).size
    const different = wanted.filter((bits, i) => bits !== received[i]).length
    gl.close()
    reference.close()
    return { distinct, different, length: received.length }
  },

  /** Opening, using and closing backends one after the other, more often than a browser gives out contexts. */
  openAndClose: async (times: number) => {
    const kept = await openGl()
    const double = compile(kept, (x: Tensor) => x.mul(2))
    const x = kept.upload({ shape: [3], dtype: 'float32', data: Float32Array.of(1, 2, 3) })
    let lost = 0
    let buffers = 0
    for (let i = 0; i < times; i++) {
      const canvas = new OffscreenCanvas(1, 1)
      const backend = await openGl({ canvas })
      const y = backend.upload({ shape: [1000], dtype: 'float32', data: new Float32Array(1000) })
      await (await compile(backend, (a: Tensor) => a.exp().sum())(y)).data()
      backend.close()
      buffers += backend.memory().buffers
      if (canvas.getContext('webgl2')?.isContextLost()) lost++
    }
    const numbers = [...(await (await double(x)).data())]
    kept.close()
    return { lost, buffers, numbers, afterClose: await failureOf(compile(kept, (a: Tensor) => a.exp())([1])) }
  },

  /** A context that the browser takes away. */
  loseContext: async () => {
    const canvas = new OffscreenCanvas(1, 1)
    const backend = await openGl({ canvas })
    const double = compile(backend, (x: Tensor) => x.mul(2))
    const before = [...(await (await double([1, 2])).data())]
    canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext()
    const failure = await failureOf(double([1, 2]))
    backend.close()
    return { before, failure }
  },
}

/** The functions of the page, as the test calls them. */
export type InPage = typeof inPage

Object.assign(globalThis, { inPage })
