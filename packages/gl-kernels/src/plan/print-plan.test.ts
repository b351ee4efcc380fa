// Printed plans, read against the graphs they come from.
import { makeGraph, makeInput, makeNode } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { planGraph } from './plan-graph.ts'
import { printPlan } from './print-plan.ts'

const limits = { maxTextureSize: 16384, textureUnits: 16 }

test('a fused product and a scan are printed', () => {
  const x = makeInput('x', { shape: [8, 16], dtype: 'float32' })
  const product = makeNode('tanh', [makeNode('matmul', [x, makeNode('permute', [x], { axes: [1, 0] })], {})], {})
  expect(printPlan(planGraph(makeGraph([x], [product]), limits))).toBe(
    'b1 = matmul→tanh by quad product from b0: float32[8, 8] as (0:8 1:8) in 4x4',
  )
  const carry = makeInput('carry', { shape: [3], dtype: 'float32' })
  const step = makeInput('step', { shape: [3], dtype: 'float32' })
  const sum = makeNode('add', [carry, step], {})
  const body = makeGraph([carry, step], [sum, sum])
  const [initial, steps] = [makeInput('c', carry), makeInput('s', { shape: [5, 3], dtype: 'float32' })]
  const scan = makeNode('scan', [initial, steps], { length: 5, body, carries: 1, sequences: 1, reverse: true })
  expect(printPlan(planGraph(makeGraph([initial, steps], [scan]), limits)).split('\n')).toEqual([
    '5 times backwards with b3 from b0, then b4:',
    '  b4 = add by map from b3, b1: float32[3] as (0:3) in 1x1',
    'b2 = scan by map from b5: float32[3] as (0:3) in 1x1',
  ])
})
