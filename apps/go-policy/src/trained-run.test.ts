// A network as a player: boards of every size, the side to move, and whole games by the engine with it.
import { type HostArray, HostRandom, mapTree, openReference, randomKey, type Tensor } from '@deep-recipe/core-tensor'
import { Board, parseVertex } from '@deep-recipe/datasets/go'
import type { HostParams } from '@deep-recipe/training'
import { describe, expect, test } from 'vitest'
import { openEngine } from './gtp/engine.ts'
import { buildNetwork, type NetworkName } from './model/networks.ts'
import { chooseSettings } from './options.ts'
import { inputShapeOf } from './planes.ts'
import type { Policy } from './play/policy.ts'
import { makePolicy } from './trained-run.ts'

const settings = chooseSettings({ size: 9, planes: 'rich', layers: 1, filters: 3, hidden: 4 })

/** A network with random parameters in all places. */
function randomNetwork(name: NetworkName): Policy {
  const layer = buildNetwork(name, settings.size, settings.sizes)
  const random = new HostRandom(3)
  const params = mapTree(layer.init(randomKey(1), inputShapeOf(settings.planes, settings.size)), (leaf) => {
    const { shape, dtype } = leaf as Tensor
    const count = shape.reduce((a, b) => a * b, 1)
    return { shape, dtype, data: Float32Array.from({ length: count }, () => 0.3 * random.normal()) } as HostArray
  }) as HostParams
  return makePolicy({ name, layer, params }, settings, openReference())
}

describe('a convolutional network', () => {
  const policy = randomNetwork('cnn')

  test.each([5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19])('plays on %d lines', async (size) => {
    expect(policy.accepts(size)).toBe(true)
    const engine = openEngine({ policy, rules: {}, temperature: 0, resigns: true, seed: 1, description: '' })
    expect(await engine.respond(`boardsize ${size}`)).toBe('= \n\n')
    for (const colour of ['b', 'w', 'b', 'w']) {
      const response = await engine.respond(`genmove ${colour}`)
      expect(() => parseVertex((response ?? '').slice(2).trim(), size)).not.toThrow()
      expect(response).not.toMatch(/pass|resign/i)
    }
  })

  test('gives probabilities, which depend on the side to move and not on which colour that is', async () => {
    const board = new Board(9)
    board.play(20)
    board.play(60)
    const black = await policy.assess(board, 1)
    const white = await policy.assess(board, -1)
    for (const one of [black, white]) expect(one.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4)
    expect(white).not.toEqual(black)
    const exchanged = new Board(9)
    exchanged.play(20, -1)
    exchanged.play(60, 1)
    expect(await policy.assess(exchanged, -1)).toEqual(black)
  })
})

test('a fully connected network knows one size', async () => {
  const policy = randomNetwork('dense')
  expect([9, 13, 19].map((size) => policy.accepts(size))).toEqual([true, false, false])
  expect((await policy.assess(new Board(9), 1)).length).toBe(81)
})
