// Coordinates beside features, laid out by hand.
import { tensor } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { addCoordinates, gatherPlaces, listPlaces } from './coordinates.ts'

// One picture, one channel, two rows of three places.
const map = tensor([[[[1, 2, 3], [4, 5, 6]]]]) // biome-ignore format: as it lies

test('x grows to the right, y downwards, both from −1 to 1', async () => {
  expect(await addCoordinates(map).array()).toEqual([
    [
      [[1, 2, 3], [4, 5, 6]],
      [[-1, 0, 1], [-1, 0, 1]],
      [[-1, -1, -1], [1, 1, 1]],
    ],
  ]) // biome-ignore format: as it lies
})

test('places come row by row, each with where it is; a single row or column lies in the middle', async () => {
  expect(await listPlaces(map).array()).toEqual([
    [[1, -1, -1], [2, 0, -1], [3, 1, -1], [4, -1, 1], [5, 0, 1], [6, 1, 1]],
  ]) // biome-ignore format: as it lies
  expect(await listPlaces(tensor([[[[7]], [[8]]]])).array()).toEqual([[[7, 8, 0, 0]]])
})

test('of a list of places: the strongest of each feature, and its centre of mass', async () => {
  const places = tensor([[[3, 0, -1, -1], [1, 0, 1, -1], [0, 0, 0, 1]]]) // biome-ignore format: as it lies
  const [gathered] = (await gatherPlaces(places).array()) as number[][]
  const expected = [3, 0, (3 * -1 + 1 * 1) / 5, (3 * -1 + 1 * -1) / 5, 0, 0]
  for (const [i, value] of expected.entries()) expect(gathered?.[i]).toBeCloseTo(value, 6)
})
