// The k largest against sorting, at widths around the borders of blocks.
import { HostRandom, ShapeError, tensor, ValueError, zeros } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { selectLargest } from './select-largest.ts'

test.each([
  [1, 1],
  [5, 5],
  [63, 2],
  [64, 1],
  [65, 1],
  [200, 2],
  [200, 7],
  [1000, 10],
])('of %i numbers the %i largest, with their places', async (width, count) => {
  const random = new HostRandom(width + count)
  const rows = Array.from({ length: 3 }, () => Array.from({ length: width }, () => Math.fround(random.uniform() - 2)))
  const { values, places } = selectLargest(tensor(rows), count)
  const wanted = rows.map((row) =>
    row
      .map((value, place) => ({ value, place }))
      .sort((a, b) => b.value - a.value)
      .slice(0, count),
  )
  expect(await values.array()).toEqual(wanted.map((row) => row.map((one) => one.value)))
  expect(await places.array()).toEqual(wanted.map((row) => row.map((one) => one.place)))
})

test('of equal numbers each comes once', async () => {
  const { places, values } = selectLargest(tensor([new Array(300).fill(7)]), 4)
  expect(new Set(((await places.array()) as number[][])[0]).size).toBe(4)
  expect(await values.array()).toEqual([[7, 7, 7, 7]])
})

test('more than there are, none, and what is no rows', () => {
  expect(() => selectLargest(zeros([2, 3]), 4)).toThrow(ShapeError)
  expect(() => selectLargest(zeros([3]), 1)).toThrow(ShapeError)
  expect(() => selectLargest(zeros([2, 3]), 0)).toThrow(ValueError)
})
