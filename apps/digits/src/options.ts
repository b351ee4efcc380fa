// The options of the laboratory's commands, and what they mean to the laboratory.
import { integerOption, numberOption, type OptionKind, textOption, UsageError } from '@deep-recipe/app-kit'
import { furtherRecipes, type Ingredients, type Recipe, recipes } from './recipes.ts'

/** Options of `train`. Those without a default take one that suits the data: see `chooseSettings`. */
export const trainOptions: {
  readonly recipes: OptionKind<string>
  readonly trainSize: OptionKind<number | undefined>
  readonly hidden: OptionKind<number | undefined>
  readonly members: OptionKind<number | undefined>
  readonly noise: OptionKind<number>
  readonly inputDropout: OptionKind<number | undefined>
  readonly hiddenDropout: OptionKind<number>
  readonly weightDecay: OptionKind<number>
  readonly batchSize: OptionKind<number>
} = {
  recipes: textOption({
    description: `Recipes to try, with commas between them; besides the usual ones: ${furtherRecipes.map((one) => one.name).join(', ')}`,
    default: recipes.map((one) => one.name).join(','),
  }),
  trainSize: integerOption({
    description: 'Images to train on (default 2000 embedded, 10000 with --data)',
    least: 100,
  }),
  hidden: integerOption({
    description: 'Units in each of the three hidden layers (default 256 embedded, 500 with --data)',
    least: 1,
  }),
  members: integerOption({
    description: 'Networks in an ensemble (default 3 embedded, 5 with --data)',
    least: 1,
    most: 50,
  }),
  noise: numberOption({
    description: 'Standard deviation of the noise on the test images; pixels are 0 to 1',
    default: 0.95,
    least: 0,
    most: 10,
  }),
  inputDropout: numberOption({
    description: 'Share of the pixels that dropout leaves out (default 0.6 embedded, 0.8 with --data)',
    least: 0,
    most: 0.99,
  }),
  hiddenDropout: numberOption({
    description: 'Share of the hidden units that dropout leaves out',
    default: 0.5,
    least: 0,
    most: 0.99,
  }),
  weightDecay: numberOption({
    description: 'By how much weights shrink at each step: w ← (1 − λ) w − the step',
    default: 5e-4,
    least: 0,
    most: 1,
  }),
  batchSize: integerOption({ description: 'Images in a step', default: 100, least: 1 }),
}

/** What was asked for, by name, as `train` was given it or as a run remembers it. */
export interface Settings {
  readonly recipes: readonly Recipe[]
  readonly trainSize: number
  readonly noise: number
  readonly batchSize: number
  readonly ingredients: Ingredients
}

/** The settings from options, whose gaps are filled by what suits the data: little and small without a folder. */
export function chooseSettings(options: { readonly [name: string]: unknown }): Settings {
  const embedded = options.data === undefined || options.data === null
  const number = (name: string, otherwise: number): number =>
    typeof options[name] === 'number' ? options[name] : otherwise
  const noise = number('noise', trainOptions.noise.defaultValue)
  return {
    recipes: findRecipes(typeof options.recipes === 'string' ? options.recipes : trainOptions.recipes.defaultValue),
    trainSize: number('trainSize', embedded ? 2000 : 10_000),
    noise,
    batchSize: number('batchSize', 100),
    ingredients: {
      hidden: number('hidden', embedded ? 256 : 500),
      members: number('members', embedded ? 3 : 5),
      weightDecay: number('weightDecay', 5e-4),
      inputDropout: number('inputDropout', embedded ? 0.6 : 0.8),
      hiddenDropout: number('hiddenDropout', 0.5),
      noise,
    },
  }
}

function findRecipes(list: string): Recipe[] {
  const known = [...recipes, ...furtherRecipes]
  const names = [...new Set(list.split(',').map((name) => name.trim()))]
  return names.map((name) => {
    const found = known.find((recipe) => recipe.name === name)
    if (found) return found
    throw new UsageError({
      what: '--recipes',
      expected: `some of ${known.map((recipe) => recipe.name).join(', ')}`,
      received: `'${name}'`,
      remedy: 'Check the spelling.',
    })
  })
}
