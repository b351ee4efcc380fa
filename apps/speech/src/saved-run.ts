// A run that is there to be used: its network with the parameters that it has by now.
import type { RunRecord } from '@deep-recipe/app-kit'
import { randomKey } from '@deep-recipe/core-tensor'
import { type HostParams, loadTrained } from '@deep-recipe/training'
import { filters } from './hearing.ts'
import { buildNetwork, type Network, networkTitle } from './network.ts'
import { chooseSettings, type Settings } from './options.ts'
import { networkFolder } from './train.ts'

/** A network of a run. */
export interface SavedNetwork {
  readonly name: string
  readonly network: Network
  readonly params: HostParams
  readonly settings: Settings
}

/**
 * Loads the network of a run; says so where it is not trained to the end.
 * @throws RecipeError where there is no checkpoint, CheckpointError for one of another network
 */
export async function loadNetwork(
  folder: string,
  trained: RunRecord | undefined,
  log: (line: string) => void,
): Promise<SavedNetwork> {
  const settings = chooseSettings(trained?.options ?? {})
  const network = buildNetwork(settings.network)
  const like = network.layer.init(randomKey(0), [48, filters + 1])
  const { params, epoch, finished, warnings } = await loadTrained(networkFolder(folder, 'network'), like)
  for (const warning of warnings) log(warning)
  const epochs = Number(trained?.options.epochs)
  if (!finished && epoch < epochs) log(`The network is not trained to the end: ${epoch} of ${epochs} epochs.`)
  return { name: networkTitle(settings.network.name), network, params, settings }
}
