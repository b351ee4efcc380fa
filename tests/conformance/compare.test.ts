// The comparison itself must find what is wrong, and random graphs must be reproducible.
import { type Backend, openReference, printGraph, toHostArray } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { describeDifference } from './compare.ts'
import { generateGraph } from './random-graph.ts'
import { runOnBackend } from './run-conformance.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const exact = { tolerance: { relative: 0, ofLargest: 0 }, signedZeros: false }
const loose = { tolerance: { relative: 1e-3, ofLargest: 0 }, signedZeros: false }

function compare(expected: number[], received: number[], options = exact): string | undefined {
  return describeDifference(toHostArray(expected), toHostArray(received), options)
}

describe('differences that count', () => {
  test('the last digit, unless it is allowed', () => {
    expect(compare([1, 2], [1, 2])).toBeUndefined()
    expect(compare([1, 2], [1, 2 + 2 ** -22])).toBe(
      '2.000000238418579 instead of 2 at [1]; 1 of 2 numbers of float32[2] differ',
    )
    expect(compare([1000, 2], [1000.9, 2], loose)).toBeUndefined()
    expect(compare([1000, 2], [1000.9, 2.1], loose)).toContain('at [1]')
  })

  test('errors relative to the largest number', () => {
    const options = { tolerance: { relative: 0, ofLargest: 1e-3 }, signedZeros: false }
    expect(compare([1000, 0], [1000, 0.9], options)).toBeUndefined()
    expect(compare([1000, 0], [1000, 1.1], options)).toContain('at [1]')
    // An infinity is no excuse.
    expect(compare([inf, 0], [inf, 1.1], options)).toContain('at [1]')
  })

  test('NaN and infinities must be where they belong', () => {
    expect(compare([nan, inf, -inf], [nan, inf, -inf], loose)).toBeUndefined()
    expect(compare([nan], [0], loose)).toContain('0 instead of NaN')
    expect(compare([0], [nan], loose)).toContain('NaN instead of 0')
    expect(compare([inf], [-inf], loose)).toContain('-Infinity instead of Infinity')
    expect(compare([3e38], [inf], loose)).toContain('Infinity instead of')
  })

  test('the sign of zero where it is asked for', () => {
    expect(compare([0], [-0])).toBeUndefined()
    expect(compare([0], [-0], { ...exact, signedZeros: true })).toContain('-0 instead of 0')
  })

  test('types and shapes', () => {
    expect(describeDifference(toHostArray([1]), toHostArray([[1]]), loose)).toContain('float32[1, 1]')
    expect(describeDifference(toHostArray([1]), toHostArray([1], { dtype: 'int32' }), loose)).toContain('int32[1]')
    const [large, next] = [2 ** 24, 2 ** 24 + 1].map((n) => toHostArray([n], { dtype: 'int32' }))
    if (!large || !next) throw new Error('unreachable')
    expect(describeDifference(large, next, loose)).toContain('16777217 instead of 16777216')
  })
})

test('a seed gives the same graph and inputs each time, another seed another graph', () => {
  expect(printGraph(generateGraph(5).graph)).toBe(printGraph(generateGraph(5).graph))
  expect(generateGraph(5).inputs).toEqual(generateGraph(5).inputs)
  expect(printGraph(generateGraph(5).graph)).not.toBe(printGraph(generateGraph(6).graph))
})

test('every kind of primitive turns up among a few hundred random graphs', () => {
  const seen = new Set<string>()
  for (let seed = 1; seed <= 300; seed++)
    for (const { operation } of generateGraph(seed).graph.nodes) seen.add(operation)
  // The gradients of convolution and pooling come in by differentiation.
  expect(seen.size).toBeGreaterThanOrEqual(43)
})

test('memory is given back even when a run fails', async () => {
  const backend: Backend = openReference()
  const { graph, inputs } = generateGraph(1)
  await expect(runOnBackend(backend, graph, inputs.slice(1))).rejects.toThrow()
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
})
