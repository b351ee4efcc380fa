// Writes the fragment shader of a kernel. Shapes are baked in; the text is the program's identity.
import type { ExpressionArena } from '../kernel/expression.ts'
import { type Buffer, isMovable, type Kernel } from '../kernel/kernel.ts'
import { Emitter, glslType } from './emitter.ts'
import { functionsFor } from './functions.ts'
import { emitProduct, findProducts } from './product.ts'
import { costOfLanes, emitAlong, emitLanes, findAlong } from './reduction.ts'
import { emitSparseSum, findSparseSum } from './sparse-sum.ts'

/** A shader and what has to be bound to it. */
export interface Shader {
  readonly source: string
  /** Buffers by texture unit. */
  readonly inputs: readonly number[]
  /** Which template computes the reduction. */
  readonly template: Template
}

/** `map` reduces nothing; the others are described in reduction.ts, product.ts and sparse-sum.ts. */
export type Template = 'map' | 'lanes' | 'along' | 'product' | 'quad product' | 'sparse sum'

/** What the shader may rely on. */
export interface ShaderOptions {
  /** Whether derivatives of a 2×2 quad are exact differences (see `probeLimits`). */
  readonly quadDerivatives: boolean
}

/** The shader of a kernel. */
export function generateShader(
  arena: ExpressionArena,
  kernel: Kernel,
  buffers: readonly Buffer[],
  options: ShaderOptions,
): Shader {
  const output = buffers[kernel.output]
  if (!output) throw new RangeError(`Kernel ${kernel.label} writes to unknown buffer ${kernel.output}`)
  const emitter = new Emitter(arena, buffers, ['x', 'y'])
  const template = kernel.reduction ? emitReduction(emitter, kernel, options) : 'map'
  const value = emitter.emitWide(kernel.expression, 'lane')
  emitter.line(`result = ${output.dtype === 'bool' ? `vec4(${value})` : value};`)
  return { source: assemble(emitter, buffers, output, kernel), inputs: emitter.slots, template }
}

function emitReduction(emitter: Emitter, kernel: Kernel, options: ShaderOptions): Template {
  const { reduction, layout } = kernel
  if (!reduction) return 'map'
  const sparse = findSparseSum(emitter.arena, reduction)
  if (sparse) {
    emitSparseSum(emitter, sparse)
    return 'sparse sum'
  }
  const products = findProducts(emitter.arena, reduction, layout, options.quadDerivatives)
  const product = products.sort((a, b) => a.cost - b.cost)[0]
  const along = findAlong(emitter, reduction)
  const lanes = costOfLanes(emitter, reduction)
  if (product && product.cost < lanes && product.cost <= (along?.cost ?? Number.POSITIVE_INFINITY)) {
    emitProduct(emitter, product)
    return product.quad ? 'quad product' : 'product'
  }
  if (along && along.cost < lanes) {
    emitAlong(emitter, reduction, along.axis)
    return 'along'
  }
  emitLanes(emitter, reduction)
  return 'lanes'
}

function assemble(emitter: Emitter, buffers: readonly Buffer[], output: Buffer, kernel: Kernel): string {
  const samplers = emitter.slots.map((buffer, unit) => {
    const { dtype, role } = buffers[buffer] as Buffer
    const sampler = `uniform highp ${dtype === 'int32' ? 'isampler2D' : 'sampler2D'} t${unit};`
    return isMovable({ role }) ? `${sampler}\nuniform vec2 place${unit};` : sampler
  })
  const body = emitter.close()
  const steps = [...new Set(body.match(/\bstep\d+\b/g) ?? [])].map((name) => `uniform int ${name};`)
  const functions = functionsFor(body)
  const zero = /\bzero\b/.test(body) ? ['uniform float zero;'] : []
  const row = kernel.slice >= 0 ? ['uniform int firstRow;'] : []
  const places = [...new Set(body.match(/\bat\d+\b/g) ?? [])].map((name) => `vec2 ${name} = place${name.slice(2)};`)
  const rows = [...new Set(body.match(/\brow\d+\b/g) ?? [])].map((name) => `int ${name} = y - ${name.slice(3)};`)
  const type = output.dtype === 'int32' ? glslType('int32', true) : 'vec4'
  return `#version 300 es
precision highp float;
precision highp int;
${[...samplers, ...steps, ...zero, ...row].join('\n')}
invariant out highp ${type} result;
${functions}
void main() {
int x = int(gl_FragCoord.x);
int y = int(gl_FragCoord.y)${kernel.slice >= 0 ? ' - firstRow' : ''};
${[...places, ...rows, body].join('\n')}
}
`
}
