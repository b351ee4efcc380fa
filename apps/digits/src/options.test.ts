// What options mean: gaps are filled by what suits the data, and what a run remembers means the same again.
import { UsageError } from '@deep-recipe/app-kit'
import { expect, test } from 'vitest'
import { chooseSettings, trainOptions } from './options.ts'
import { recipes } from './recipes.ts'

/** The values that are there when nothing is typed. */
const defaults = Object.fromEntries(Object.entries(trainOptions).map(([name, kind]) => [name, kind.defaultValue]))

test('without options, all recipes of the table', () => {
  expect(chooseSettings({}).recipes).toEqual(recipes)
  expect(chooseSettings(defaults)).toEqual(chooseSettings({}))
})

test('a folder of real digits gets more images and larger networks', () => {
  const [embedded, real] = [chooseSettings({}), chooseSettings({ data: '/mnist' })]
  expect(real.trainSize).toBeGreaterThan(embedded.trainSize)
  expect(real.ingredients.hidden).toBeGreaterThan(embedded.ingredients.hidden)
  // JSON has no undefined: a record may say null.
  expect(chooseSettings({ data: null })).toEqual(embedded)
})

test('what is typed counts, for the recipes too', () => {
  const typed = { trainSize: 123, noise: 0.25, batchSize: 9, hidden: 8, members: 4, recipes: 'maxout, plain,maxout' }
  const settings = chooseSettings({ ...defaults, ...typed, data: '/mnist' })
  expect(settings).toMatchObject({ trainSize: 123, noise: 0.25, batchSize: 9 })
  expect(settings.ingredients).toMatchObject({ hidden: 8, members: 4, noise: 0.25 })
  expect(settings.recipes.map(({ name }) => name)).toEqual(['maxout', 'plain'])
})

test('a record of a run, by way of JSON, gives the settings of the run', () => {
  for (const options of [defaults, { ...defaults, data: '/mnist', hidden: 31 }]) {
    expect(chooseSettings(JSON.parse(JSON.stringify(options)))).toEqual(chooseSettings(options))
  }
})

test('the defaults are values that the options take', () => {
  for (const [name, kind] of Object.entries(trainOptions)) {
    if (kind.defaultValue !== undefined) expect(kind.parse(name, String(kind.defaultValue))).toBe(kind.defaultValue)
  }
})

test.each(['magic', 'plain,', 'plain;dropout', 'Plain'])('--recipes %s is refused', (list) => {
  expect(() => chooseSettings({ recipes: list })).toThrow(UsageError)
})
