// What options mean: which networks, of which size, and what they are called.
import { expect, test } from 'vitest'
import { modelNames } from './network/models.ts'
import { chooseSettings, nameVariant } from './options.ts'

const names = (options: { readonly [name: string]: unknown }): string[] => {
  const settings = chooseSettings(options)
  return settings.variants.map((variant) => nameVariant(variant, settings))
}

test('all networks, and the last one again without hashing', () => {
  expect(names({})).toEqual([...modelNames, 'bidirectional-lstm-without-hashing'])
  expect(names({ model: 'all', hashing: 'on' })).toEqual([...modelNames])
  expect(names({ model: 'gru' })).toEqual(['gru', 'gru-without-hashing'])
  expect(names({ model: 'gru', hashing: 'off' })).toEqual(['gru'])
  expect(chooseSettings({ model: 'gru', hashing: 'off' }).variants).toEqual([{ model: 'gru', hashing: false }])
})

test('sizes suit the data, unless they are given', () => {
  const { network: small } = chooseSettings({})
  const { network: large, learningRate } = chooseSettings({ data: '/files' })
  expect(small.units).toBeLessThan(large.units)
  expect([small.lookAhead, large.lookAhead]).toEqual([0, 2])
  const given = chooseSettings({ data: '/files', units: 7, width: 8, dropout: 0, lookAhead: 0, learningRate: 1 })
  expect(given.network).toEqual({ units: 7, width: 8, dropout: 0, lookAhead: 0 })
  expect([given.learningRate, learningRate]).toEqual([1, learningRate])
})
