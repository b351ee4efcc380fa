// The command `evaluate`: the table of a trained run, on the data it is given.
import { defineCommand } from '@deep-recipe/app-kit'
import { type HostArray, mapTree, RecipeError, randomKey, type Tensor } from '@deep-recipe/core-tensor'
import { type HostParams, loadTrainedParams } from '@deep-recipe/training'
import { loadData } from './data.ts'
import { buildModel, joinParams, listMembers, type TrainedRecipe } from './laboratory.ts'
import { chooseSettings, type Settings } from './options.ts'
import { formatTable, toFigures } from './results.ts'
import { measureAll } from './train.ts'

export const evaluate: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Measure the networks of a run on clean and on noisy test images',
  examples: [
    ['evaluate', 'the last run, on the data it was trained with'],
    ['evaluate --out runs/mine --data ~/mnist', 'another run, on other data'],
  ],
  async start({ options, trained, log, print, output, openBackend }) {
    const startedAt = performance.now()
    const remembered = trained?.options ?? {}
    const folder = options.data ?? (typeof remembered.data === 'string' ? remembered.data : undefined)
    const settings = chooseSettings(remembered)
    const data = await loadData({
      folder,
      trainSize: folder === remembered.data ? settings.trainSize : 100,
      noise: settings.noise,
    })
    log(`Data: ${data.source}`)
    const backend = await openBackend()
    const networks = await loadRun(options.out, settings, Number(remembered.seed ?? options.seed))
    const rows = await measureAll(networks, data, backend)
    for (const line of formatTable(rows)) print(line)
    output(toFigures(rows, (performance.now() - startedAt) / 1000, backend.name))
  },
})

/** The trained networks of a run. */
export async function loadRun(folder: string, settings: Settings, seed: number): Promise<TrainedRecipe[]> {
  const { ingredients } = settings
  const loaded: TrainedRecipe[] = []
  for (const recipe of settings.recipes) {
    const like = emptyParams(recipe.model(ingredients))
    const members: HostParams[] = []
    for (const member of listMembers(recipe, { ingredients, epochs: 1, seed, folder })) {
      members.push(await loadTrainedParams(member.folder, like))
    }
    loaded.push({ recipe, model: buildModel(recipe, ingredients), params: joinParams(recipe, members), history: [] })
  }
  return loaded
}

/** Shapes and dtypes of a model's parameters; nothing is drawn or computed. */
function emptyParams(model: TrainedRecipe['model']): HostParams {
  const params = model.init(randomKey(0), [28, 28])
  return mapTree(params, (leaf) => {
    const { shape, dtype } = leaf as Tensor
    return { shape, dtype, data: new Float32Array(0) } satisfies HostArray
  }) as HostParams
}

/** The network of a run that a prediction asks: the named recipe, else the one with everything, else the last. */
export async function loadNetwork(
  folder: string,
  settings: Settings,
  seed: number,
  wanted: string | undefined,
): Promise<TrainedRecipe> {
  const { recipes } = settings
  const recipe = recipes.find(({ name }) => name === (wanted ?? 'all')) ?? (wanted ? undefined : recipes.at(-1))
  if (!recipe) {
    throw new RecipeError({
      what: '--recipe',
      expected: `one of this run: ${recipes.map(({ name }) => name).join(', ')}`,
      received: String(wanted),
      remedy: 'Name one of them, or train that recipe.',
    })
  }
  const [network] = await loadRun(folder, { ...settings, recipes: [recipe] }, seed)
  return network as TrainedRecipe
}
