// What core-tensor offers.

export type * from './backend/backend.ts'
export { BaseDeviceArray, checkRunInputs } from './backend/device-array.ts'
export * from './errors.ts'
export { makeGraph, sortNodes } from './graph/graph.ts'
export { inlineGraph, rewriteGraph } from './graph/rewrite.ts'
export * from './host/host-array.ts'
export { HostRandom } from './random/host-random.ts'
export { threefry2x32 } from './random/threefry.ts'
export { makeConstant, makeInput, makeItem, makeNode, remakeNode } from './trace/build.ts'
export type * from './trace/node.ts'
export * from './trace/types.ts'
