// How long to train: so many steps that the time will do, or so many passes over the data, decided once and written down,
// since the learning rate falls to nothing at the last step.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RecipeError } from '@deep-recipe/core-tensor'
import { writeFileAtomically } from '@deep-recipe/training'

/** The plan of a run. */
export interface TrainingPlan {
  /** Parts of the training, each of which ends with a measurement. */
  readonly parts: number
  readonly stepsPerPart: number
  /** Seconds that all networks together may take; left out for as long as it takes. */
  readonly seconds?: number | undefined
  /** Seconds that a step of each network took when the plan was made; without a limit of time it is not measured. */
  readonly secondsPerStep: Readonly<Record<string, number>>
}

/** What decides a plan. */
export interface PlanOptions {
  readonly positions: number
  readonly batchSize: number
  /** Passes over the data at most. */
  readonly epochs: number
  /** Positions at most, repeated ones included. */
  readonly most: number
  /** Seconds that all networks together may take; undefined for as long as it takes. */
  readonly seconds: number | undefined
  /** Seconds that a step of each network takes; needed where there is a limit. */
  readonly secondsPerStep: Readonly<Record<string, number>>
}

/** Points of the curve of a run. */
const usualParts = 12
/** Of the time, what is left to measurements, checkpoints, and a machine that becomes busier. */
const reserve = 0.12

/** Plans a run: at most so many passes and positions, and at most so many steps as the time allows. */
export function makePlan(options: PlanOptions): TrainingPlan {
  const { positions, batchSize, epochs, most, seconds, secondsPerStep } = options
  const whole = Math.ceil(Math.min(epochs * positions, most) / batchSize)
  const affordable =
    seconds === undefined ? Number.POSITIVE_INFINITY : Math.floor(((1 - reserve) * seconds) / together(secondsPerStep))
  const steps = Math.max(1, Math.min(whole, affordable))
  const parts = Math.min(usualParts, steps)
  return { parts, stepsPerPart: Math.ceil(steps / parts), seconds, secondsPerStep }
}

/**
 * How long a network may take: of the whole time the part that its steps have in a step of all. It is the limit that was
 * asked for, not what the plan was thought to take: a small plan may well take longer than that on a busy machine.
 *
 * @returns undefined for as long as it takes.
 */
export function secondsFor({ seconds, secondsPerStep }: TrainingPlan, name: string): number | undefined {
  const own = secondsPerStep[name]
  return seconds === undefined || own === undefined ? undefined : (seconds * own) / together(secondsPerStep)
}

function together(secondsPerStep: Readonly<Record<string, number>>): number {
  return Object.values(secondsPerStep).reduce((sum, one) => sum + one, 0)
}

const fileName = 'plan.json'

/** Writes a plan down in the folder of its run. @throws FileError where it cannot be written */
export async function savePlan(folder: string, plan: TrainingPlan): Promise<void> {
  await writeFileAtomically(join(folder, fileName), `${JSON.stringify(plan)}\n`)
}

/** The plan of a run; undefined where it was stopped before it had one. @throws RecipeError for a file that is no plan */
export async function loadPlan(folder: string): Promise<TrainingPlan | undefined> {
  const path = join(folder, fileName)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    const { parts, stepsPerPart, seconds, secondsPerStep = {} } = JSON.parse(text) as TrainingPlan
    if (Number.isSafeInteger(parts) && parts > 0 && Number.isSafeInteger(stepsPerPart) && stepsPerPart > 0) {
      return { parts, stepsPerPart, seconds, secondsPerStep }
    }
  } catch {
    // told below
  }
  throw new RecipeError({
    what: path,
    expected: 'the plan of a run',
    received: text.slice(0, 80),
    remedy: 'Begin a new run without --resume.',
  })
}
