// The command `train`: every recipe in turn, then the table and the report.
import { join } from 'node:path'
import {
  type CommandContext,
  defineCommand,
  type OptionValues,
  requireSameTraining,
  writeSummary,
} from '@deep-recipe/app-kit'
import type { Backend } from '@deep-recipe/core-tensor'
import { countExamples } from '@deep-recipe/datasets'
import {
  type Callback,
  type EpochFigures,
  formatDuration,
  formatFigure,
  type HostParams,
  type MetricsFile,
  openMetrics,
  removeCheckpoints,
  showProgress,
} from '@deep-recipe/training'
import { type LaboratoryData, loadData } from './data.ts'
import {
  buildModel,
  joinParams,
  listMembers,
  type Member,
  measure,
  type TrainedRecipe,
  type TrainingOptions,
  trainMember,
} from './laboratory.ts'
import { chooseSettings, trainOptions } from './options.ts'
import { writeLaboratoryReport } from './report.ts'
import { describeTable, type Row, toFigures, toSummary } from './results.ts'

type Context = CommandContext<OptionValues<typeof trainOptions>>

export const train: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Train one network by every recipe, and compare them on clean and on noisy test images',
  options: trainOptions,
  examples: [
    ['train', 'on generated digits, in about a minute'],
    ['train --data ~/mnist', "on MNIST's files in that folder"],
    ['train --recipes plain,dropout,maxout --epochs 5 --json', 'some recipes, the figures as JSON'],
    ['train --resume', 'go on with the last run after Ctrl-C'],
  ],
  start: runTraining,
})

async function runTraining(context: Context): Promise<void> {
  const { options, signal, log, print, output, openBackend, beginRun } = context
  const startedAt = performance.now()
  const settings = chooseSettings({ ...options })
  if (context.trained) {
    requireSameTraining(
      `the run in ${options.out}`,
      decisiveOptions(context.trained.options),
      decisiveOptions({ ...options }),
    )
  }
  const data = await loadData({ folder: options.data, trainSize: settings.trainSize, noise: settings.noise })
  log(`Data: ${data.source}; ${describeSizes(data)}`)
  const backend = await openBackend()
  const training: TrainingOptions = {
    backend,
    ingredients: settings.ingredients,
    epochs: options.epochs,
    batchSize: settings.batchSize,
    seed: options.seed,
    folder: options.out,
    resume: options.resume,
    signal,
  }
  const plans = settings.recipes.map((recipe) => ({ recipe, members: listMembers(recipe, training) }))
  // What an earlier run left in this folder goes before the new one is written down: killed at any moment, a run that is
  // resumed never takes up the networks of another.
  if (!options.resume) await Promise.all(listAllMembers(plans).map(({ folder }) => removeCheckpoints(folder)))
  await beginRun()
  const trained = await trainAll(context, plans, data, training)
  if (!trained) return
  const rows = await measureAll(trained, data, backend, signal)
  const seconds = (performance.now() - startedAt) / 1000
  const path = join(options.out, 'report.html')
  await writeLaboratoryReport(path, { data, trained, rows, settings, backend, seconds })
  await writeSummary(options.out, toSummary(rows, seconds, backend.name))
  for (const line of describeTable(rows, { count: countExamples(data.test), noise: settings.noise })) print(line)
  log(`Report: ${path}`)
  output(toFigures(rows, seconds, backend.name))
}

interface Plan {
  readonly recipe: TrainedRecipe['recipe']
  readonly members: readonly Member[]
}

/** Each member once: recipes may share some. */
function listAllMembers(plans: readonly Plan[]): Member[] {
  const members = new Map<string, Member>()
  for (const member of plans.flatMap((plan) => plan.members)) {
    if (!members.has(member.folder)) members.set(member.folder, member)
  }
  return [...members.values()]
}

/** What decides every network of a run. Epochs, recipes and members may change when it goes on. */
function decisiveOptions({ data, seed, ...options }: { readonly [name: string]: unknown }) {
  const { recipes: _, ingredients, ...settings } = chooseSettings({ data, ...options })
  const { members: __, ...decisive } = ingredients
  return { data, seed, ...settings, ...decisive }
}

/** Trains all members of all recipes; undefined when interrupted. */
async function trainAll(
  context: Context,
  plans: readonly Plan[],
  data: LaboratoryData,
  training: TrainingOptions,
): Promise<TrainedRecipe[] | undefined> {
  const { options, terminal, log } = context
  // After a resume some epochs may come again, with the same figures: they are told once.
  const metrics = await openMetrics(join(options.out, 'metrics.jsonl'), {
    distinct: ['recipe', 'member', 'epoch'],
    resume: options.resume,
  })
  const members = listAllMembers(plans)
  const done = new Map<string, Trained>()
  // Most networks are trained before a bar of their own would show: this one is for the whole.
  const progress = terminal.startProgress({
    title: `All ${members.length} networks`,
    total: members.reduce((sum, { epochs }) => sum + epochs, 0),
  })
  let epochsBefore = 0
  try {
    for (const member of members) {
      const description = describeMember(member, training)
      const title = `${done.size + 1}/${members.length} ${description}`
      const whole: Callback = {
        name: 'whole',
        onEpochEnd: ({ figures }) => progress.update(epochsBefore + figures.epoch),
      }
      const callbacks = [showProgress(terminal, title), recordFigures(member, metrics), whole]
      const result = await trainMember(member, data, training, callbacks)
      if (!result) {
        log(`Stopped during ${description}; everything so far is saved.`)
        return undefined
      }
      for (const warning of result.warnings) log(warning)
      log(`${title}: ${describeHistory(result.history)}`)
      done.set(member.folder, result)
      epochsBefore += member.epochs
      progress.update(epochsBefore)
    }
  } finally {
    progress.finish()
  }
  return plans.map((plan) => assemble(plan, done, training))
}

/** What training a member gives. */
interface Trained {
  readonly params: HostParams
  readonly history: readonly EpochFigures[]
}

/** A recipe's network from its trained members. */
function assemble(
  { recipe, members }: Plan,
  done: ReadonlyMap<string, Trained>,
  training: TrainingOptions,
): TrainedRecipe {
  const results = members.flatMap((member) => done.get(member.folder) ?? [])
  const params = joinParams(
    recipe,
    results.map((result) => result.params),
  )
  return { recipe, model: buildModel(recipe, training.ingredients), params, history: results[0]?.history ?? [] }
}

/** The end of a member's training in a few words. */
function describeHistory(history: readonly EpochFigures[]): string {
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0)
  const last = history.at(-1)?.validation?.accuracy ?? Number.NaN
  return `trained for ${history.length} ${history.length === 1 ? 'epoch' : 'epochs'} in ${formatDuration(seconds)}, validation accuracy ${formatFigure(last)}`
}

/** Measures every recipe on clean and noisy test images. Throws the signal's reason when it is aborted. */
export async function measureAll(
  trained: readonly TrainedRecipe[],
  data: Pick<LaboratoryData, 'test' | 'noisyTest'>,
  backend: Backend,
  signal: AbortSignal,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const one of trained) {
    // Signals are heard only while the program waits.
    await new Promise((resolve) => setTimeout(resolve, 0))
    signal.throwIfAborted()
    const clean = await measure(one, data.test, backend)
    const noisy = await measure(one, data.noisyTest, backend)
    rows.push({ name: one.recipe.name, title: one.recipe.title, clean, noisy })
  }
  return rows
}

function describeMember({ recipe, number }: Member, { ingredients }: TrainingOptions): string {
  return recipe.ensemble ? `${recipe.title}, network ${number + 1} of ${ingredients.members}` : recipe.title
}

function describeSizes(data: LaboratoryData): string {
  return `${countExamples(data.train)} to train on, ${countExamples(data.validation)} to validate with, ${countExamples(data.test)} to test with`
}

/** A line in metrics.jsonl for each epoch. */
function recordFigures({ recipe, number }: Member, file: MetricsFile): Callback {
  return {
    name: 'metrics',
    onEpochEnd: ({ figures: { step, epoch, seconds, train, validation } }) =>
      file.append({
        step,
        epoch,
        recipe: recipe.name,
        member: number + 1,
        seconds,
        train,
        ...(validation && { validation }),
      }),
  }
}
