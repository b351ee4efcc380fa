// The laboratory: trains every member of every recipe, one after the other, and measures each on clean and noisy images.
import { join } from 'node:path'
import type { Backend } from '@deep-recipe/core-tensor'
import { augment, type HostNdArray } from '@deep-recipe/datasets'
import type { Layer } from '@deep-recipe/layers-core'
import { ensemble } from '@deep-recipe/regularizers'
import {
  accuracy,
  adam,
  arraySource,
  type BatchSource,
  type Callback,
  cosineDecay,
  type EpochFigures,
  earlyStopping,
  evaluateModel,
  fit,
  type HostParams,
  softmaxCrossEntropy,
  withWeightDecay,
} from '@deep-recipe/training'
import type { Digits, LaboratoryData } from './data.ts'
import type { Ingredients, Recipe } from './recipes.ts'

/** How to train. */
export interface TrainingOptions {
  readonly backend: Backend
  readonly ingredients: Ingredients
  /** Of the plain network. */
  readonly epochs: number
  readonly batchSize: number
  readonly seed: number
  /** Of the run; each member has a folder of its own below it. */
  readonly folder: string
  readonly resume: boolean
  readonly signal: AbortSignal
}

/** A recipe's network with trained parameters. */
export interface TrainedRecipe {
  readonly recipe: Recipe
  readonly model: Layer
  readonly params: HostParams
  /** Figures by epoch of its first member. */
  readonly history: readonly EpochFigures[]
}

/** A member to be trained. */
export interface Member {
  readonly recipe: Recipe
  readonly number: number
  readonly folder: string
  readonly seed: number
  readonly epochs: number
}

/** The members of a recipe. An ensemble's first member is trained as the others are. */
export function listMembers(
  recipe: Recipe,
  options: Pick<TrainingOptions, 'ingredients' | 'epochs' | 'seed' | 'folder'>,
): Member[] {
  const count = recipe.ensemble ? options.ingredients.members : 1
  const epochs = Math.max(1, Math.round(options.epochs * (recipe.patience ?? 1)))
  return Array.from({ length: count }, (_, number) => ({
    recipe,
    number,
    // The plain network is also the first of the ensemble of plain ones: it is trained once.
    folder: join(
      options.folder,
      recipe.name === 'ensemble' && number === 0 ? 'plain' : recipe.name,
      `member-${number + 1}`,
    ),
    seed: options.seed * 1000 + number,
    epochs,
  }))
}

/** The network of a recipe: one, or an ensemble of several. */
export function buildModel(recipe: Recipe, ingredients: Ingredients): Layer {
  if (!recipe.ensemble) return recipe.model(ingredients)
  const members = Array.from({ length: ingredients.members }, () => recipe.model(ingredients))
  return ensemble(...members)
}

/** The parameters of a recipe's network from those of its members. */
export function joinParams(recipe: Recipe, members: readonly HostParams[]): HostParams {
  if (!recipe.ensemble) return members[0] as HostParams
  return Object.fromEntries(members.map((params, number) => [String(number), params]))
}

/** Where a member's epochs take their batches from. */
export function trainingSource(member: Member, data: LaboratoryData, batchSize: number): BatchSource {
  const digits = member.recipe.moreData ? data.more : data.train
  const vary = augment({ shift: 1, rotate: 10, scale: 0.05, seed: member.seed })
  const arrays = { inputs: digits.images, targets: digits.labels }
  if (!member.recipe.createdData) return arraySource(arrays, { batchSize, seed: member.seed })
  const map = (batch: { inputs: HostNdArray; targets: HostNdArray }, step: number) => ({
    inputs: vary(batch.inputs, step),
    targets: batch.targets,
  })
  return arraySource(arrays, { batchSize, seed: member.seed, map })
}

/** Trains one member, or goes on with it. Returns undefined when it was interrupted. */
export async function trainMember(
  member: Member,
  data: LaboratoryData,
  options: TrainingOptions,
  callbacks: readonly Callback[],
): Promise<{ params: HostParams; history: readonly EpochFigures[]; warnings: readonly string[] } | undefined> {
  const { recipe, seed, epochs, folder } = member
  const { ingredients, backend, batchSize, resume, signal } = options
  const source = trainingSource(member, data, batchSize)
  // Falls to nothing, so that the last epoch is as good as its neighbours and the figures are not a matter of luck.
  const descent = adam({ learningRate: cosineDecay(1e-3, epochs * source.length) })
  const optimizer = recipe.weightDecay ? withWeightDecay(descent, ingredients.weightDecay) : descent
  const result = await fit(recipe.model(ingredients), source, {
    backend,
    loss: softmaxCrossEntropy,
    optimizer,
    epochs,
    seed,
    signal,
    inputShape: data.train.images.shape.slice(1),
    metrics: [accuracy],
    validation: { inputs: data.validation.images, targets: data.validation.labels },
    callbacks: recipe.earlyStopping
      ? [...callbacks, earlyStopping({ patience: Math.max(4, Math.round(0.3 * epochs)) })]
      : callbacks,
    checkpoint: { folder, resume, keep: 2 },
  })
  return result.ended === 'interrupted' ? undefined : result
}

/** Share of the images that a network names rightly. */
export async function measure(
  trained: Pick<TrainedRecipe, 'model' | 'params'>,
  digits: Digits,
  backend: Backend,
): Promise<number> {
  const figures = await evaluateModel(
    trained.model,
    trained.params,
    { inputs: digits.images, targets: digits.labels },
    { backend, loss: softmaxCrossEntropy, metrics: [accuracy] },
  )
  return figures.accuracy as number
}
