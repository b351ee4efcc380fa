// The recipes as lines of a table and as networks.
import {
  evaluate,
  flattenTree,
  type HostArray,
  mapTree,
  openReference,
  randomKey,
  type Tensor,
} from '@deep-recipe/core-tensor'
import { generateDigits } from '@deep-recipe/datasets'
import { countParameters } from '@deep-recipe/layers-core'
import { type HostParams, predict } from '@deep-recipe/training'
import { describe, expect, test } from 'vitest'
import { furtherRecipes, type Ingredients, type Recipe, recipes } from './recipes.ts'

const ingredients: Ingredients = {
  hidden: 6,
  weightDecay: 1e-3,
  inputDropout: 0.5,
  hiddenDropout: 0.5,
  noise: 1,
  members: 2,
}
const every = [...recipes, ...furtherRecipes]
const find = (name: string): Recipe => every.find((recipe) => recipe.name === name) as Recipe

test('the lines of the table, in its order', () => {
  expect(recipes.map(({ name }) => name)).toEqual([
    'plain',
    'earlyStopping',
    'weightDecay',
    'dropout',
    'createdData',
    'ensemble',
    'all',
    'noiseTraining',
  ])
  for (const figure of ['name', 'title', 'lesson'] as const) {
    expect(new Set(every.map((recipe) => recipe[figure])).size).toBe(every.length)
  }
})

test('all together is what it says: everything but noise', () => {
  expect(find('all')).toMatchObject({ earlyStopping: true, weightDecay: true, createdData: true, ensemble: true })
  expect(find('all').model).toBe(find('dropout').model)
  // Only the last line may see noise.
  for (const { name, lesson } of recipes) expect(/noise/.test(lesson)).toBe(name === 'noiseTraining')
})

describe('networks', () => {
  const { hidden } = ingredients
  /** Weights and offsets of 784 pixels, three hidden layers and ten classes; `factor` for each hidden layer. */
  const count = (factor: number): number =>
    factor * (784 * hidden + hidden + 2 * (hidden * hidden + hidden)) + 10 * hidden + 10

  test.each(every.map(({ name }) => [name] as const))('%s: three hidden layers', (name) => {
    const params = find(name).model(ingredients).init(randomKey(0), [28, 28])
    // Maxout takes the larger of two linear functions.
    expect(countParameters(params)).toBe(count(name === 'maxout' ? 2 : 1))
  })

  test('what only disturbs the training leaves the trained network as it is', async () => {
    const backend = openReference()
    const draw = find('plain').model(ingredients).init(randomKey(3), [28, 28])
    const plain: HostArray[] = []
    for (const leaf of flattenTree<Tensor>(draw).leaves) plain.push(await (await evaluate(backend, leaf)).host())
    const { images } = generateDigits({ count: 7, seed: 1 })
    const ask = (name: string): Promise<HostArray> => {
      const model = find(name).model(ingredients)
      let position = 0
      const params = mapTree(model.init(randomKey(3), [28, 28]), () => plain[position++]) as HostParams
      return predict(model, params, images, { backend })
    }
    const expected = await ask('plain')
    expect(new Set(expected.data).size).toBeGreaterThan(30)
    for (const name of ['dropout', 'noiseTraining', 'annealedDropout', 'all']) expect(await ask(name)).toEqual(expected)
  })
})
