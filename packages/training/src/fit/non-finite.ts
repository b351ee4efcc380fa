// When a loss becomes NaN or infinite: the step is looked into, slowly, to find where that began.
import {
  compile,
  flattenTree,
  type HostArray,
  type HostValue,
  NonFiniteError,
  openReference,
  toHostArray,
} from '@deep-recipe/core-tensor'
import type { HostParams } from './callbacks.ts'
import type { TrainingBatch } from './data.ts'
import type { TrainStep } from './steps.ts'

/** A step that gave a loss or a gradient that is not finite, and all that went into it. */
export interface SuspectStep {
  readonly step: TrainStep
  readonly params: HostParams
  readonly optimizer: unknown
  readonly batch: Required<TrainingBatch>
  readonly key: HostValue
  readonly progress: number
  /** Such as `epoch 1, step 3`. */
  readonly at: string
  readonly loss: number
  readonly gradientNorm: number
}

/** Throws a NonFiniteError that says where the first number that is not finite came from: the data, the weights or a node. */
export async function explainNonFinite(suspect: SuspectStep): Promise<never> {
  const { batch, params } = suspect
  for (const part of ['inputs', 'targets', 'weights'] as const) {
    const found = findNonFinite(toHostArray(batch[part]))
    if (found) fail(suspect, `The ${part} of the batch hold ${found}`, 'Clean the data, or scale it.')
  }
  const { leaves, paths } = flattenTree<HostArray>(params)
  for (const [i, leaf] of leaves.entries()) {
    const found = findNonFinite(leaf)
    const where = `The parameter ${paths[i]} holds ${found} since the last update, which overflowed`
    if (found) fail(suspect, where, 'Lower the learning rate or clip gradients.')
  }
  return explainGraph(suspect)
}

/** Runs the step on the reference backend in debug mode, which stops at the first node whose value is not finite. */
async function explainGraph(suspect: SuspectStep): Promise<never> {
  const { step, params, optimizer, batch, key, progress } = suspect
  const backend = openReference()
  try {
    const run = compile(backend, step as (...args: unknown[]) => unknown, { debug: true })
    await run(...([params, optimizer, batch, key, progress] as HostArray[]))
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error
    const [node = ''] = error.message.split(': expected ', 1)
    const outOfRange = node.startsWith('log ') ? ' A class number out of range costs infinitely much.' : ''
    const remedy = `Lower the learning rate, clip gradients, or scale the inputs.${outOfRange}`
    fail(suspect, `The first such number was ${error.received}, from ${node}`, remedy, error)
  } finally {
    backend.close()
  }
  return fail(
    suspect,
    'The same step is finite on the reference backend, so this backend overflows earlier',
    'Lower the learning rate or scale the inputs.',
  )
}

function fail(suspect: SuspectStep, found: string, remedy: string, cause?: Error): never {
  const { at, loss, gradientNorm } = suspect
  const received = Number.isFinite(loss) ? `a gradient of length ${gradientNorm}` : `the loss ${loss}`
  const what = `Training stopped at ${at}`
  const complaint = { what, expected: 'a finite loss and gradient', received, remedy: `${found}. ${remedy}` }
  throw new NonFiniteError(complaint, cause && { cause })
}

/** Such as `NaN at index [3, 0]`. */
function findNonFinite({ data, shape }: HostArray): string | undefined {
  const place = (data as Float32Array).findIndex((number) => !Number.isFinite(number))
  if (place < 0) return undefined
  let rest = place
  const index = shape.toReversed().map((length) => {
    const along = rest % length
    rest = Math.floor(rest / length)
    return along
  })
  return `${data[place]} at index [${index.reverse().join(', ')}]`
}
