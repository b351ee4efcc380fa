// What a run leaves beside its checkpoints: both vocabularies and the sizes of the networks, so that it can translate later.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '@deep-recipe/app-kit'
import { RecipeError, randomKey } from '@deep-recipe/core-tensor'
import type { EncoderDecoder } from '@deep-recipe/layers-rnn'
import { type HostParams, loadTrained, writeFileAtomically } from '@deep-recipe/training'
import type { Codecs } from '../model/batches.ts'
import { buildNetwork, type ModelKind, modelTitles, type NetworkSettings } from '../model/network.ts'
import { type CodecJson, readCodec } from '../text/codec.ts'
import type { Direction } from '../text/languages.ts'

const fileName = 'vocabulary.json'

/** What is needed to build the networks of a run and to speak their languages. */
export interface RunVocabulary {
  readonly direction: Direction
  readonly codecs: Codecs
  readonly network: NetworkSettings
}

/** Writes the vocabularies into the folder of a run. */
export async function writeVocabulary(folder: string, { direction, codecs, network }: RunVocabulary): Promise<void> {
  const json = { direction, network, source: codecs.source.toJson(), target: codecs.target.toJson() }
  await writeFileAtomically(join(folder, fileName), `${JSON.stringify(json)}\n`)
}

/**
 * Reads the vocabularies of a run.
 * @throws UsageError where the file is missing or damaged
 */
export async function readVocabulary(folder: string): Promise<RunVocabulary> {
  const path = join(folder, fileName)
  const refuse = (received: string): never => {
    throw new UsageError({
      what: path,
      expected: 'the vocabularies that training left there',
      received,
      remedy: 'Give the folder of a run of this app with --out, or train again.',
    })
  }
  const text = await readFile(path, 'utf8').catch((error: Error) => refuse(error.message))
  try {
    const { direction, network, source, target } = JSON.parse(text) as {
      readonly direction: Direction
      readonly network: NetworkSettings
      readonly source: CodecJson
      readonly target: CodecJson
    }
    const codecs = { source: readCodec(source), target: readCodec(target) }
    const fits = network.sourceSymbols === codecs.source.size && network.targetSymbols === codecs.target.size
    if ((direction === 'en-zh' || direction === 'zh-en') && fits) return { direction, codecs, network }
    return refuse('sizes that contradict each other')
  } catch (error) {
    if (error instanceof UsageError) throw error
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RecipeError) {
      return refuse(`a damaged file (${error.message})`)
    }
    throw error
  }
}

/** A network of a run, with the parameters that it has by now. */
export interface LoadedNetwork {
  readonly kind: ModelKind
  readonly network: EncoderDecoder
  readonly params: HostParams
}

/** The folder of a model's checkpoints. */
export function checkpointFolder(folder: string, kind: ModelKind): string {
  return join(folder, kind)
}

/**
 * Loads a network of a run; says so where it is not trained to the end.
 * @throws RecipeError where it was not trained, CheckpointError for a checkpoint of another network
 */
export async function loadNetwork(
  folder: string,
  kind: ModelKind,
  { network: settings }: RunVocabulary,
  epochs: number,
  log: (line: string) => void,
): Promise<LoadedNetwork> {
  const network = buildNetwork(kind, settings)
  const like = network.init(randomKey(0))
  const { params, epoch, finished, warnings } = await loadTrained(checkpointFolder(folder, kind), like)
  for (const warning of warnings) log(warning)
  if (!finished && epoch < epochs) log(`${modelTitles[kind]}: not trained to the end, ${epoch} of ${epochs} epochs.`)
  return { kind, network, params }
}
