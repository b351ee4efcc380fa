// Interning: equal work is one object, and only equal work.
import { expect, test } from 'vitest'
import { ExpressionArena } from './expression.ts'
import { shiftIndex, variableIndex } from './index-algebra.ts'

test('guards over ranges of different lengths are different where they need different checks', () => {
  const arena = new ExpressionArena()
  const inside = arena.constant(1, 'float32')
  const outside = arena.constant(0, 'float32')
  const guard = (size: number) => {
    const index = shiftIndex(variableIndex('x', size), -3)
    return arena.guard([{ index, min: 0, max: 4 }], inside, outside)
  }
  // x − 3 ≤ 4 holds for all x < 8, so that the first needs no check of it.
  expect(guard(8)).not.toBe(guard(100))
  expect(guard(100)).toBe(guard(200))
})
