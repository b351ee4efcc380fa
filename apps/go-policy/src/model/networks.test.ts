// The networks: shapes, counts of parameters by hand, and what makes the convolutional one fit for boards of all sizes.
import { randomKey, randomNormal, tensor, zeros } from '@deep-recipe/core-tensor'
import { transformPlanes } from '@deep-recipe/datasets/go'
import { countParameters, evaluation } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { buildNetwork } from './networks.ts'
import { listClasses, placeBias } from './place-bias.ts'

const sizes = { layers: 3, filters: 8, hidden: 16 }
const key = randomKey(1)

describe('networks', () => {
  test('have as many parameters as one counts by hand', () => {
    const cnn = buildNetwork('cnn', 9, sizes).init(key, [4, 9, 9])
    // 5×5 filters of 4 planes and 8 biases; twice 3×3 of 8 maps; 1×1 of 8 maps; 55 places.
    expect(countParameters(cnn)).toBe(8 * 4 * 25 + 8 + 2 * (8 * 8 * 9 + 8) + 8 + 55)
    const dense = buildNetwork('dense', 9, sizes).init(key, [4, 9, 9])
    expect(countParameters(dense)).toBe(4 * 81 * 16 + 16 + 16 * 16 + 16 + 16 * 81 + 81)
  })

  test('give a number for each point', () => {
    for (const name of ['cnn', 'dense'] as const) {
      const network = buildNetwork(name, 9, sizes)
      expect(network.apply(network.init(key, [4, 9, 9]), randomNormal(key, [2, 4, 9, 9]), evaluation).shape).toEqual([
        2, 81,
      ])
    }
  })

  test('the convolutional one takes the parameters of one size to another', () => {
    const network = buildNetwork('cnn', 9, sizes)
    const params = network.init(key, [4, 9, 9])
    for (const size of [5, 13, 19, 25]) {
      expect(network.apply(params, randomNormal(key, [1, 4, size, size]), evaluation).shape).toEqual([1, size * size])
    }
  })

  test('before it has learned, all points are alike to the convolutional one', async () => {
    const network = buildNetwork('cnn', 9, sizes)
    const output = network.apply(network.init(key, [4, 9, 9]), randomNormal(key, [1, 4, 9, 9]), evaluation)
    expect(new Set(await output.data()).size).toBe(1)
  })
})

describe('the bias of places', () => {
  test('is the same in all symmetries, told by the distances from the edges', () => {
    const classes = Uint8Array.from(listClasses(19))
    for (let symmetry = 0; symmetry < 8; symmetry++) {
      expect(transformPlanes(classes, 19, symmetry)).toEqual(classes)
    }
    expect(new Set(classes).size).toBe(55)
    // Q16 (distance 3 and 3) on every board, and the middle of 19 lines is farther in than that of 9.
    expect(listClasses(9)[2 * 9 + 3]).toBe(listClasses(19)[3 * 19 + 2])
    expect(listClasses(9)[40]).not.toBe(listClasses(19)[180])
  })

  test('is added to the scores, and learns from all places of a class', async () => {
    const layer = placeBias()
    const bias = Float32Array.from({ length: 55 }, (_, i) => i)
    const output = layer.apply({ bias: tensor(bias) }, zeros([1, 1, 3, 3]), evaluation)
    // Corners 0; sides (distance 1 and 0) 1; the middle (1, 1) 2.
    expect([...(await output.data())]).toEqual([0, 1, 0, 1, 2, 1, 0, 1, 0])
  })

  test('refuses what is no board', () => {
    expect(() => placeBias().init(key, [2, 9, 9])).toThrow(/one filter/)
    expect(() => placeBias().init(key, [1, 9, 8])).toThrow(/\[batch, 1, size, size\]/)
  })
})
