// What core-tensor offers.

export type * from './backend/backend.ts'
export { BaseDeviceArray, checkRunInputs } from './backend/device-array.ts'
export { openReference, type ReferenceOptions } from './backend/reference/reference-backend.ts'
export { evaluateNode, type HostRunOptions, runGraphOnHost } from './backend/reference/run-on-host.ts'
export {
  type Compiled,
  type CompileOptions,
  compile,
  evaluate,
  type Feed,
  isDeviceArray,
  traceGraph,
} from './compile/compile.ts'
export {
  type FlatTree,
  flattenTree,
  isLeaf,
  type MapLeaves,
  mapTree,
  type Tree,
  unflattenTree,
  zipTrees,
} from './compile/tree.ts'
export * from './errors.ts'
export {
  grad,
  jacobian,
  type ValueAndGradient,
  type ValueGradientAndAux,
  valueAndGrad,
  valueAndGradWithAux,
  vjp,
} from './gradient/grad.ts'
export { makeGraph, sortNodes } from './graph/graph.ts'
export { type PrintOptions, printDot, printGraph } from './graph/print.ts'
export { inlineGraph, rewriteGraph } from './graph/rewrite.ts'
export * from './host/host-array.ts'
export * from './ops/create.ts'
export {
  averagePool2d,
  type ConvolutionOptions,
  conv2d,
  maxPool2d,
  type Padding,
  type PoolOptions,
  resolvePadding,
} from './ops/image.ts'
export * from './ops/random.ts'
export { type ScanOptions, scan } from './ops/scan.ts'
export { assignSlots, type BufferStep, type Slot, type SlotPlan, type SlotRequest } from './passes/assign-slots.ts'
export { dropUnused } from './passes/drop-unused.ts'
export { foldConstants } from './passes/fold-constants.ts'
export { hoistScan } from './passes/hoist-scan.ts'
export { type OptimizeOptions, optimizeGraph } from './passes/optimize.ts'
export { type BufferPlan, type BufferPlanOptions, planBuffers, printBufferPlan } from './passes/plan-buffers.ts'
export { shareNodes } from './passes/share-nodes.ts'
export { simplify } from './passes/simplify.ts'
export { HostRandom } from './random/host-random.ts'
export { threefry2x32 } from './random/threefry.ts'
export { makeConstant, makeInput, makeItem, makeNode, remakeNode } from './trace/build.ts'
export type * from './trace/node.ts'
export { asTensor, type ReduceOptions, Tensor, type TensorLike } from './trace/tensor.ts'
export * from './trace/types.ts'
