// The texture plan: no texture is given to two values that are needed at the same time.
import { makeGraph, makeInput, makeNode, type Node } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { listKernels, type PlanStep } from '../kernel/kernel.ts'
import { generateShader } from '../shader/generate.ts'
import { planGraph } from './plan-graph.ts'
import { planTextures, totalBytes } from './plan-textures.ts'

const limits = { maxTextureSize: 16384, textureUnits: 16 }

/** A chain of products, none of which fuses with the next. */
function chain(length: number) {
  const x = makeInput('x', { shape: [16, 16], dtype: 'float32' })
  let node: Node = x
  for (let i = 0; i < length; i++) node = makeNode('matmul', [node, i % 3 === 0 ? node : x], {})
  return planGraph(makeGraph([x], [node]), limits)
}

test('a long chain needs two or three textures, and no kernel reads what it writes', () => {
  const planned = chain(20)
  const inputsOf = (step: PlanStep & { kind: 'kernel' }): readonly number[] =>
    generateShader(planned.arena, step.kernel, planned.buffers, { quadDerivatives: true }).inputs
  const { slots, slotOf, bytes } = planTextures(planned.buffers, planned.steps, inputsOf)
  expect(listKernels(planned.steps).length).toBe(20)
  expect(slots.length).toBeLessThanOrEqual(3)
  expect(bytes).toBeLessThan(totalBytes(planned.buffers) / 5)
  const content = new Map<number, number>()
  for (const step of planned.steps) {
    if (step.kind !== 'kernel') continue
    const target = slotOf.get(step.kernel.output)
    for (const input of inputsOf(step)) {
      const slot = slotOf.get(input)
      if (slot === undefined) continue
      expect(slot).not.toBe(target)
      // The texture still holds the value that is read.
      expect(content.get(slot)).toBe(input)
    }
    if (target !== undefined) content.set(target, step.kernel.output)
  }
})
