// The command `evaluate`: the table of a trained run, on the data it is given.
import { defineCommand, type RunRecord, UsageError } from '@deep-recipe/app-kit'
import { randomKey } from '@deep-recipe/core-tensor'
import { countExamples } from '@deep-recipe/datasets'
import { type HostParams, loadTrained } from '@deep-recipe/training'
import { loadTestData } from './data.ts'
import { buildModel, joinParams, listMembers, type TrainedRecipe } from './laboratory.ts'
import { chooseSettings, type Settings } from './options.ts'
import type { Recipe } from './recipes.ts'
import { describeTable, toFigures } from './results.ts'
import { measureAll } from './train.ts'

export const evaluate: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Measure the networks of a run on clean and on noisy test images',
  without: ['seed'],
  examples: [
    ['evaluate', 'the last run, on the data it was trained with'],
    ['evaluate --out runs/mine --data ~/mnist', 'another run, on other data'],
  ],
  async start({ options, trained, signal, log, print, output, openBackend }) {
    const startedAt = performance.now()
    const run = readRun(options.out, trained, log)
    const folder = options.data ?? run.data
    const data = await loadTestData({ folder, noise: run.settings.noise })
    log(`Data: ${data.source}`)
    const networks: TrainedRecipe[] = []
    for (const recipe of run.settings.recipes) networks.push(await loadRecipe(recipe, run))
    const backend = await openBackend()
    const rows = await measureAll(networks, data, backend, signal)
    for (const line of describeTable(rows, { count: countExamples(data.test), noise: run.settings.noise })) print(line)
    output(toFigures(rows, (performance.now() - startedAt) / 1000, backend.name))
  },
})

/** A run whose networks are to be used. */
export interface TrainedRun {
  readonly folder: string
  readonly settings: Settings
  /** The folder of its data; undefined for generated digits. */
  readonly data: string | undefined
  readonly seed: number
  readonly epochs: number
  readonly log: (line: string) => void
}

/** What a run's record says. */
export function readRun(folder: string, trained: RunRecord | undefined, log: (line: string) => void): TrainedRun {
  const { data, seed, epochs, ...options } = trained?.options ?? {}
  return {
    folder,
    settings: chooseSettings({ data, ...options }),
    data: typeof data === 'string' ? data : undefined,
    seed: Number(seed),
    epochs: Number(epochs),
    log,
  }
}

/** A network of a run with the parameters that it has by now; says so where it is not trained to the end. */
export async function loadRecipe(recipe: Recipe, run: TrainedRun): Promise<TrainedRecipe> {
  const { ingredients } = run.settings
  const like = recipe.model(ingredients).init(randomKey(0), [28, 28])
  const members: HostParams[] = []
  const unfinished: string[] = []
  for (const member of listMembers(recipe, { ...run, ingredients })) {
    const loaded = await loadTrained(member.folder, like)
    for (const warning of loaded.warnings) run.log(warning)
    if (!loaded.finished && loaded.epoch < member.epochs) unfinished.push(`${loaded.epoch} of ${member.epochs} epochs`)
    members.push(loaded.params)
  }
  if (unfinished.length > 0) run.log(`${recipe.title} is not trained to the end: ${unfinished.join(', ')}.`)
  return { recipe, model: buildModel(recipe, ingredients), params: joinParams(recipe, members), history: [] }
}

/** The network of a run that a prediction asks: the named recipe, else the one with everything, else the last. */
export async function loadNetwork(run: TrainedRun, wanted: string | undefined): Promise<TrainedRecipe> {
  const { recipes } = run.settings
  const recipe = recipes.find(({ name }) => name === (wanted ?? 'all')) ?? (wanted ? undefined : recipes.at(-1))
  if (!recipe) {
    throw new UsageError({
      what: '--recipe',
      expected: `one of this run: ${recipes.map(({ name }) => name).join(', ')}`,
      received: String(wanted),
      remedy: 'Name one of them, or train that recipe.',
    })
  }
  return loadRecipe(recipe, run)
}
