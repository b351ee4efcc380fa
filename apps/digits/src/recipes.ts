// The recipes: one network, and what each recipe does against its overfitting.
import { dense, flatten, type Layer, maxout, relu, sequential } from '@deep-recipe/layers-core'
import { annealed, dropConnect, dropout, gaussianNoise, standout } from '@deep-recipe/regularizers'

/** What a network is made and trained with. */
export interface Ingredients {
  /** Units of each of the three hidden layers. */
  readonly hidden: number
  /** λ in w ← (1 − λ) w − η ∂L/∂w. */
  readonly weightDecay: number
  /** Shares of inputs and of hidden units that dropout leaves out. */
  readonly inputDropout: number
  readonly hiddenDropout: number
  /** Standard deviation of the noise in `noiseTraining`. */
  readonly noise: number
  /** Networks in an ensemble. */
  readonly members: number
}

/** One line of the table. */
export interface Recipe {
  /** As in the figures, e.g. `weightDecay`. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** What it does, in one sentence. */
  readonly lesson: string
  readonly model: (ingredients: Ingredients) => Layer
  /** Stop when validation gets no better, and go back to the best weights. */
  readonly earlyStopping?: boolean
  readonly weightDecay?: boolean
  /** Shift and rotate the training images afresh in each epoch. */
  readonly createdData?: boolean
  /** Train on all images there are. */
  readonly moreData?: boolean
  /** Average several networks that differ in their seeds. */
  readonly ensemble?: boolean
  /** Epochs for each epoch of the plain network: what is harder to learn takes longer. */
  readonly patience?: number
}

/** Three hidden layers of rectified units; `hiddenLayer` and `after` say what each is made of. */
function network(
  { hidden }: Ingredients,
  parts: { readonly before?: Layer[]; readonly after?: () => Layer[]; readonly hiddenLayer?: () => Layer } = {},
): Layer {
  const { before = [], after = () => [], hiddenLayer = () => dense(hidden, { activation: relu }) } = parts
  const layers = [1, 2, 3].flatMap(() => [hiddenLayer(), ...after()])
  return sequential(flatten(), ...before, ...layers, dense(10))
}

function droppingNetwork(ingredients: Ingredients): Layer {
  const { inputDropout, hiddenDropout } = ingredients
  return network(ingredients, { before: [dropout(inputDropout)], after: () => [dropout(hiddenDropout)] })
}

/** The lines of the table, in its order. */
export const recipes: readonly Recipe[] = [
  {
    name: 'plain',
    title: 'Plain',
    lesson: 'Three hidden layers, trained to the last epoch.',
    model: network,
  },
  {
    name: 'earlyStopping',
    title: 'Early stopping',
    lesson: 'Stops when the loss on validation images gets no better, and goes back to the best weights.',
    model: network,
    earlyStopping: true,
  },
  {
    name: 'weightDecay',
    title: 'Weight decay',
    lesson: 'Shrinks every weight a little at each step: w ← (1 − λ) w − η ∂L/∂w.',
    model: network,
    weightDecay: true,
  },
  {
    name: 'dropout',
    title: 'Dropout',
    lesson: 'Leaves out a random share of the inputs and of the hidden units at each step.',
    model: droppingNetwork,
    patience: 1.5,
  },
  {
    name: 'createdData',
    title: 'Created data',
    lesson: 'Shifts and rotates the training images, anew in each epoch.',
    model: network,
    createdData: true,
    patience: 1.5,
  },
  {
    name: 'ensemble',
    title: 'Ensemble',
    lesson: 'Averages the probabilities of several plain networks.',
    model: network,
    ensemble: true,
  },
  {
    name: 'all',
    title: 'All together',
    lesson: 'Early stopping, weight decay, dropout, created data, and an ensemble of such networks.',
    model: droppingNetwork,
    earlyStopping: true,
    weightDecay: true,
    createdData: true,
    ensemble: true,
    patience: 2.5,
  },
  {
    name: 'noiseTraining',
    title: 'Training with noise',
    lesson: 'For comparison: the same noise is added to the training images, so the test is no surprise.',
    model: (ingredients) => network(ingredients, { before: [gaussianNoise(ingredients.noise)] }),
  },
]

/** Recipes that are trained only when asked for by name. */
export const furtherRecipes: readonly Recipe[] = [
  {
    name: 'moreData',
    title: 'More data',
    lesson: 'Up to five times as many training images.',
    model: network,
    moreData: true,
    patience: 0.4,
  },
  {
    name: 'dropConnect',
    title: 'DropConnect',
    lesson: 'Leaves out weights instead of units.',
    model: (ingredients) =>
      network(ingredients, { hiddenLayer: () => dropConnect(ingredients.hidden, 0.5, { activation: relu }) }),
    patience: 1.5,
  },
  {
    name: 'annealedDropout',
    title: 'Annealed dropout',
    lesson: 'Dropout whose rate falls to nothing during the training.',
    model: (ingredients) =>
      network(ingredients, {
        before: [dropout(annealed(ingredients.inputDropout))],
        after: () => [dropout(annealed(ingredients.hiddenDropout))],
      }),
    patience: 1.5,
  },
  {
    name: 'standout',
    title: 'Standout',
    lesson: 'Keeps each unit with a probability that its own input decides.',
    model: (ingredients) =>
      network(ingredients, { hiddenLayer: () => standout(ingredients.hidden, { activation: relu }) }),
    patience: 1.5,
  },
  {
    name: 'maxout',
    title: 'Maxout',
    lesson: 'Units that are the largest of two linear functions, with dropout.',
    model: (ingredients) =>
      network(ingredients, {
        before: [dropout(ingredients.inputDropout)],
        after: () => [dropout(ingredients.hiddenDropout)],
        hiddenLayer: () => maxout(ingredients.hidden, 2),
      }),
    patience: 1.5,
  },
]
