// The laboratory: every network's gradients on their way back, before and after a short training; and the same for several
// gains, untrained.
import { type Backend, type HostArray, HostRandom } from '@deep-recipe/core-tensor'
import { type FlowFigures, measureFlow } from './measure-flow.ts'
import { type Network, type NetworkName, type NetworkSettings, networks } from './networks.ts'
import { drawRecallBatch } from './recall-task.ts'
import { drawRecurrent, type RecallResult, trainRecall } from './train-recall.ts'

/** What the laboratory is asked for. */
export interface LaboratorySettings extends NetworkSettings {
  readonly steps: number
  readonly trainSteps: number
  readonly learningRate: number
  readonly seed: number
}

/** One network's figures. */
export interface NetworkFigures {
  readonly network: Network
  readonly before: FlowFigures
  readonly after: FlowFigures
  readonly training: RecallResult
}

/** Untrained simple networks at one gain. */
export interface GainFigures {
  readonly gain: number
  readonly tanh: FlowFigures
  readonly relu: FlowFigures
  readonly clipped: FlowFigures
}

/** Everything that was measured. */
export interface LaboratoryFigures {
  readonly networks: readonly NetworkFigures[]
  readonly gains: readonly GainFigures[]
}

/** Gains of the second experiment. */
const gains = [0.5, 1, 1.5, 2] as const
/** Sequences that every norm is averaged over. */
const measuredSequences = 8
/** Apart from the seeds of batches. */
const measuredLabel = -2

/** Where and for whom it runs. */
export interface LaboratoryContext {
  readonly backend: Backend
  readonly signal: AbortSignal
  /** Told of every update of the weights, of all networks together. */
  readonly onUpdate: (done: number, network: Network) => void
}

/** Runs it; undefined when interrupted. */
export async function runLaboratory(
  settings: LaboratorySettings,
  context: LaboratoryContext,
): Promise<LaboratoryFigures | undefined> {
  const { backend, signal, onUpdate } = context
  const inputs = drawSequences(settings)
  const results: NetworkFigures[] = []
  for (const [number, network] of networks.entries()) {
    const onStep = (step: number): void => onUpdate(number * settings.trainSteps + step, network)
    const training = await trainRecall(network, settings, { ...settings, backend, signal, onStep })
    if (!training || (await isStopped(signal))) return undefined
    const before = await measureFlow(network, training.before, inputs, settings, backend)
    const after =
      settings.trainSteps > 0 ? await measureFlow(network, training.after, inputs, settings, backend) : before
    results.push({ network, before, after, training })
  }
  const measureUntrained = async (name: NetworkName, gain: number): Promise<FlowFigures> => {
    const network = networks.find((one) => one.name === name) as Network
    const own = { ...settings, gain }
    return measureFlow(network, await drawRecurrent(network, own, { ...settings, backend }), inputs, own, backend)
  }
  const atGains: GainFigures[] = []
  for (const gain of gains) {
    if (await isStopped(signal)) return undefined
    const tanh = await measureUntrained('simple-rnn', gain)
    const relu = await measureUntrained('relu-rnn', gain)
    atGains.push({ gain, tanh, relu, clipped: await measureUntrained('clipped-relu-rnn', gain) })
  }
  return { networks: results, gains: atGains }
}

/** Signals are heard only while the program waits. */
async function isStopped(signal: AbortSignal): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 0))
  return signal.aborted
}

function drawSequences({ seed, steps }: LaboratorySettings): HostArray {
  return drawRecallBatch(new HostRandom(seed).fork(measuredLabel), measuredSequences, steps).inputs
}
