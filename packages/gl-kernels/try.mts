// What becomes of a small graph on a graphics card: its nodes, the kernels into which they are fused, and the shader of one of them.
//
// Run it with `pnpm --filter @deep-recipe/gl-kernels try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then change
// - `layer`: another .relu() or .exp() costs no kernel. A .softmax() costs some: where must all numbers be known first?
// - `shapes`, to [64, 256], [256, 64] and [64]: the product changes its template, and four fragments share a sum;
// - the graph, to traceGraph(grad((w: Tensor) => layer(x, w, b).sum()), w): the gradient as kernels.
import {
  BackendError,
  compile,
  optimizeGraph,
  printGraph,
  randomKey,
  randomNormal,
  type Tensor,
  tensor,
  traceGraph,
} from '@deep-recipe/core-tensor'
import { generateShader, listKernels, openGl, planGraph, printPlan } from '@deep-recipe/gl-kernels'

const layer = (x: Tensor, w: Tensor, b: Tensor): Tensor => x.matmul(w).add(b).tanh().square()

const shapes = [[4, 8], [8, 4], [4]]
const drawn = await Promise.all(shapes.map((shape, i) => randomNormal(randomKey(i), shape).host()))
const [x, w, b] = drawn.map((numbers) => tensor(numbers)) as [Tensor, Tensor, Tensor]
const graph = optimizeGraph(traceGraph(layer, x, w, b))
console.log(`The graph:\n${printGraph(graph)}`)

const limits = { maxTextureSize: 4096, textureUnits: 16 }
const [plain, plan] = [planGraph(graph, { ...limits, fuse: false }), planGraph(graph, limits)]
console.log(`\nA kernel for each node, which writes what the next one reads:\n${printPlan(plain)}`)
console.log(`\nFused:\n${printPlan(plan)}`)
for (const kernel of listKernels(plan.steps)) {
  const { source } = generateShader(plan.arena, kernel, plan.buffers, { quadDerivatives: true })
  console.log(`\n${kernel.label} as a shader, four numbers at a time:\n${source.slice(source.indexOf('void main'))}`)
}

const expected = await layer(x, w, b).data()
try {
  const backend = await openGl()
  const result = await compile(backend, layer)(await x.host(), await w.host(), await b.host())
  const numbers = await result.data()
  const largest = Math.max(...Array.from(numbers, (number, i) => Math.abs(number - Number(expected[i]))))
  console.log(`${backend.description}:\nat most ${largest.toExponential(0)} from the reference.`)
  backend.close()
} catch (error) {
  if (!(error instanceof BackendError)) throw error
  console.log(`No WebGL2 here. ${error.message}`)
}
