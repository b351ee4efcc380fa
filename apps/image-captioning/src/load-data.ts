// The data of a run: a folder's or generated ones, in the form in which the settings want them.
import { join } from 'node:path'
import { type CommandContext, UsageError } from '@deep-recipe/app-kit'
import type { HostArray } from '@deep-recipe/core-tensor'
import { toPicture } from './attention-pictures.ts'
import type { CaptionData } from './caption-data.ts'
import type { Views } from './examples.ts'
import { readFolderData } from './folder-data.ts'
import { generateClipData, generateSceneData } from './generated-data.ts'
import type { Settings } from './options.ts'
import { type FeatureNetwork, kindOfEncoder, openFeatureNetwork } from './pretrained.ts'

/** What loading data asks of a command. */
export type LoadingContext = Pick<CommandContext<unknown>, 'terminal' | 'signal' | 'resolvePath'>

/** Where decoded images and features are kept unless --cache says otherwise. */
export function cacheFolder(cache: string | undefined, { resolvePath }: Pick<LoadingContext, 'resolvePath'>): string {
  return resolvePath(cache ?? join('runs', 'image-captioning', 'cache'))
}

/** The network whose features a run uses, if it does. @throws UsageError for options that do not go together */
export async function openNetwork(
  settings: Settings,
  { resolvePath }: Pick<LoadingContext, 'resolvePath'>,
  isGenerated: boolean,
): Promise<FeatureNetwork | undefined> {
  const { encoder, fineTune, video } = settings
  const fail = (what: string, expected: string, received: string, remedy: string): never => {
    throw new UsageError({ what, expected, received, remedy })
  }
  if (encoder === undefined) {
    if (fineTune) fail('--fine-tune', 'an --encoder to train further', 'none', 'Give one, or leave --fine-tune out.')
    return undefined
  }
  if (kindOfEncoder(encoder) === 'safetensors') return undefined
  if (fineTune)
    fail(
      '--fine-tune',
      'weights in a safetensors file',
      encoder,
      'An ONNX network stays as it is: leave --fine-tune out.',
    )
  if (video)
    fail('--encoder', 'weights in a safetensors file with --video', encoder, 'Leave it out, or caption pictures.')
  if (isGenerated)
    fail('--encoder', '--data with an ONNX network', 'generated scenes', 'Give a folder of pictures with --data.')
  return openFeatureNetwork(resolvePath(encoder), settings.encoderScaling, settings.size)
}

/** Loads or generates the data. */
export async function loadData(
  settings: Settings,
  folder: string | undefined,
  cache: string | undefined,
  network: FeatureNetwork | undefined,
  context: LoadingContext,
): Promise<CaptionData> {
  const { video, scenes, size, objects, frames } = settings
  const wanted = { count: scenes, size, mostObjects: objects, frames }
  if (folder === undefined) return video ? generateClipData(wanted) : generateSceneData(wanted)
  const { terminal, signal } = context
  return readFolderData({ folder, size, video, frames, cache: cacheFolder(cache, context), network, terminal, signal })
}

/** The picture of a view, where a view is one. */
export function showView(views: Views, index: number): HostArray | undefined {
  const [channels, height, width] = views.shape
  const bytes = views.read(index)
  if (views.shape.length !== 3 || channels !== 3 || !(bytes instanceof Uint8Array)) return undefined
  return toPicture(bytes, height ?? 1, width)
}
