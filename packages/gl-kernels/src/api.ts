// What both entries offer.
export { GlArray, GlBackend } from './backend/gl-backend.ts'
export type { ContextOrigin, OpenGlOptions } from './device/context.ts'
export { formatBytes, GlDevice } from './device/device.ts'
export type { GlLimits } from './device/limits.ts'
export { countKernels, type Kernel, listKernels, type Plan, type PlanStep } from './kernel/kernel.ts'
export { type PlannedGraph, type PlanOptions, planGraph } from './plan/plan-graph.ts'
export { printPlan } from './plan/print-plan.ts'
export { generateShader, type Shader, type Template } from './shader/generate.ts'
