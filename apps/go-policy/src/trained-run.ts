// A run whose networks are to be used: what its record says, and their parameters.
import { type RunRecord, UsageError } from '@deep-recipe/app-kit'
import { type Backend, randomKey } from '@deep-recipe/core-tensor'
import { type Board, type Colour, PlaneEncoder } from '@deep-recipe/datasets/go'
import type { Layer } from '@deep-recipe/layers-core'
import { type HostParams, loadTrained } from '@deep-recipe/training'
import { buildNetwork, type NetworkName } from './model/networks.ts'
import { openNetwork } from './model/open-network.ts'
import { chooseSettings, type Settings } from './options.ts'
import { featuresOf, inputShapeOf } from './planes.ts'
import type { Policy } from './play/policy.ts'
import { networkTitles } from './results.ts'
import { loadPlan } from './training/plan.ts'
import { checkpointFolder } from './training/train-network.ts'

/** A run. */
export interface TrainedRun {
  readonly folder: string
  readonly settings: Settings
  /** The folder of its data; undefined for generated games. */
  readonly data: string | undefined
  readonly log: (line: string) => void
}

/** What a run's record says. */
export function readRun(folder: string, trained: RunRecord | undefined, log: (line: string) => void): TrainedRun {
  const options = trained?.options ?? {}
  return {
    folder,
    settings: chooseSettings(options),
    data: typeof options.data === 'string' ? options.data : undefined,
    log,
  }
}

/** A network with the parameters that it has by now. */
export interface LoadedNetwork {
  readonly name: NetworkName
  readonly layer: Layer
  readonly params: HostParams
}

/**
 * A network of a run; says so where it is not trained to the end.
 *
 * @throws UsageError where the run has no such network; RecipeError where there is no checkpoint yet
 */
export async function loadNetwork(run: TrainedRun, wanted: NetworkName | undefined): Promise<LoadedNetwork> {
  const { settings, folder, log } = run
  const name = wanted ?? settings.networks[0] ?? 'cnn'
  if (!settings.networks.includes(name)) {
    throw new UsageError({
      what: '--model',
      expected: `a network of this run: ${settings.networks.join(', ')}`,
      received: name,
      remedy: 'Name one of them, or train that one too.',
    })
  }
  const layer = buildNetwork(name, settings.size, settings.sizes)
  const like = layer.init(randomKey(0), inputShapeOf(settings.planes, settings.size))
  const loaded = await loadTrained(checkpointFolder(folder, name), like)
  for (const warning of loaded.warnings) log(warning)
  const plan = await loadPlan(folder)
  if (!loaded.finished && plan && loaded.epoch < plan.parts) {
    log(`${networkTitles[name]} is not trained to the end: ${loaded.epoch} of ${plan.parts} parts.`)
  }
  return { name, layer, params: loaded.params }
}

/**
 * A network as something to ask for moves. The convolutional one sees boards of every size: nothing in it depends on how many
 * places there are. The fully connected one has weights for each place of the size that it was trained on, and refuses others.
 */
export function makePolicy({ name, layer, params }: LoadedNetwork, settings: Settings, backend: Backend): Policy {
  const network = openNetwork(layer, params, backend)
  const encoders = new Map<number, PlaneEncoder>()
  const encoderFor = (size: number): PlaneEncoder => {
    const known = encoders.get(size) ?? new PlaneEncoder(size, featuresOf(settings.planes))
    encoders.set(size, known)
    return known
  }
  return {
    size: settings.size,
    accepts: (size) => name === 'cnn' || size === settings.size,
    async assess(board: Board, colour: Colour) {
      const encoder = encoderFor(board.size)
      const data = new Float32Array(encoder.planes * board.size ** 2)
      encoder.write(board, colour, data, 0)
      const shape = [1, encoder.planes, board.size, board.size]
      return (await network.run({ shape, dtype: 'float32', data })).map(Math.exp)
    },
  }
}
