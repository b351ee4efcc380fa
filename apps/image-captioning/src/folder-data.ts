// Real pictures and clips: a folder with captions becomes examples, by way of prepared views on disk.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HostRandom, RecipeError } from '@deep-recipe/core-tensor'
import { parseCaptionTable, parseTokenFile, readCaptionedFolder } from '@deep-recipe/datasets/captions'
import type { Terminal } from '@deep-recipe/training'
import type { CaptionData } from './caption-data.ts'
import { type Examples, takeExamples } from './examples.ts'
import { type Preparation, prepareViews, type ViewSource } from './prepared-views.ts'
import type { FeatureNetwork } from './pretrained.ts'
import { imageName, readImage } from './read-image.ts'
import { splitCaption } from './words.ts'

/** How to read a folder. */
export interface FolderOptions {
  readonly folder: string
  readonly size: number
  /** Clips: folders of frames instead of pictures. */
  readonly video: boolean
  readonly frames: number
  /** Where prepared views are kept. */
  readonly cache: string
  /** Another network whose features are used instead of pixels. */
  readonly network?: FeatureNetwork | undefined
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

/** A captioned thing: a picture or a clip. */
interface Item extends ViewSource {
  readonly captions: readonly string[]
}

/** One in ten pictures is tested on, one in ten validated with; which, is the same for every run. */
const splitSeed = 1
const fewest = 10

/**
 * Reads and prepares a captioned folder.
 *
 * @throws FolderError and TextError of the readers; RecipeError where too few pictures are usable.
 */
export async function readFolderData(options: FolderOptions): Promise<CaptionData> {
  const { folder, video, terminal, signal, cache, network } = options
  const { items, notes, source } = video ? await listClips(folder) : await listPictures(folder)
  const progress = terminal.startProgress({ title: 'Preparing images', total: items.length })
  const { views, kept, broken } = await prepareViews(items, describePreparation(options), {
    folder: cache,
    progress,
    signal,
  }).finally(() => progress.finish())
  if (kept.length < fewest) {
    throw new RecipeError({
      what: folder,
      expected: `at least ${fewest} ${video ? 'clips' : 'images'} that can be used`,
      received: `${kept.length}${broken[0] ? `; ${broken[0].name}: ${broken[0].reason}` : ''}`,
      remedy: 'Give a folder with more of them, or none to use generated ones.',
    })
  }
  const chosen = kept.map((index) => items[index] as Item)
  const all: Examples = {
    views,
    captions: chosen.map(({ captions }) => captions.map((caption) => splitCaption(caption).join(' '))),
    names: chosen.map(({ name }) => name),
  }
  const order = [...new HostRandom(splitSeed).permutation(kept.length)]
  const share = Math.max(1, Math.round(kept.length / 10))
  return {
    source: `${kept.length} captioned ${video ? 'clips' : 'images'} in ${folder} (${source})`,
    notes: [...notes, ...describeBroken(broken)],
    kind: network ? 'features' : video ? 'clips' : 'pictures',
    train: takeExamples(all, order.slice(2 * share)),
    validation: takeExamples(all, order.slice(share, 2 * share)),
    tests: [{ name: 'test images', examples: takeExamples(all, order.slice(0, share)) }],
  }
}

/** How the files of this run become views. */
export function describePreparation({
  size,
  frames,
  video,
  network,
}: Pick<FolderOptions, 'size' | 'frames' | 'video' | 'network'>): Preparation {
  if (network) {
    return {
      key: `features ${network.key} ${network.size}`,
      shape: network.shape,
      numbers: 'float32',
      prepare: async ([bytes], { name }) =>
        network.run(await readImage(bytes ?? new Uint8Array(0), network.size, name)),
    }
  }
  if (!video) {
    return {
      key: `pixels ${size}`,
      shape: [3, size, size],
      numbers: 'bytes',
      prepare: async ([bytes], { name }) => readImage(bytes ?? new Uint8Array(0), size, name),
    }
  }
  return {
    key: `frames ${frames} ${size}`,
    shape: [frames, 3, size, size],
    numbers: 'bytes',
    prepare: async (files, { name }) => {
      const view = new Uint8Array(frames * 3 * size * size)
      for (let frame = 0; frame < frames; frame++) {
        // Evenly from the first to the last.
        const at = Math.round((frame * (files.length - 1)) / (frames - 1))
        view.set(
          await readImage(files[at] ?? new Uint8Array(0), size, `${name}, frame ${at + 1}`),
          frame * 3 * size * size,
        )
      }
      return view
    },
  }
}

async function listPictures(folder: string) {
  const { images, missing, silent, emptyCaptions, source } = await readCaptionedFolder(folder)
  const items = images.map(({ name, path, captions }): Item => ({ name, files: [path], captions }))
  const notes = [
    ...describeNames(missing, 'captions without their image'),
    ...describeNames(silent, 'images without captions'),
    ...(emptyCaptions > 0 ? [`Left out: ${emptyCaptions} empty captions.`] : []),
  ]
  return { items, notes, source }
}

/**
 * Clips: `captions.txt` (a table of `image,caption`, where image is the name of a clip's folder) or `*.token.txt`, and below the
 * folder or its `clips` a folder of frames for each clip, in the order of their names.
 */
async function listClips(folder: string) {
  const names = await readdir(folder)
  const file =
    names.find((name) => /^captions\.(txt|csv)$/.test(name)) ?? names.find((name) => /\.token(\.txt)?$/.test(name))
  if (!file) {
    throw new RecipeError({
      what: folder,
      expected: 'captions.txt, with the name of a clip and a sentence in each line',
      received: names.length === 0 ? 'an empty folder' : `${names.slice(0, 6).join(', ')}`,
      remedy: 'Write a first line `image,caption` and put the folders of frames beside it.',
    })
  }
  const text = await readFile(join(folder, file), 'utf8')
  const entries = /token/.test(file) ? parseTokenFile(text, file) : parseCaptionTable(text, file)
  const captions = new Map<string, string[]>()
  let empty = 0
  for (const { image, caption } of entries) {
    if (splitCaption(caption).length === 0) empty++
    else captions.set(image, [...(captions.get(image) ?? []), caption])
  }
  const items: Item[] = []
  const missing: string[] = []
  for (const [name, own] of captions) {
    const frames = (await listFrames(join(folder, name))) ?? (await listFrames(join(folder, 'clips', name)))
    if (frames && frames.length > 0) items.push({ name, files: frames, captions: own })
    else missing.push(name)
  }
  const notes = [
    ...describeNames(missing, 'captions without their frames'),
    ...(empty > 0 ? [`Left out: ${empty} empty captions.`] : []),
  ]
  return { items, notes, source: file }
}

/** The frames of a clip in the order of their names, numbers in them counted; undefined where there is no such folder. */
export async function listFrames(folder: string): Promise<string[] | undefined> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) return undefined
  const names = (await readdir(folder)).filter((name) => imageName.test(name))
  return names.sort(new Intl.Collator('en', { numeric: true }).compare).map((name) => join(folder, name))
}

function describeNames(names: readonly string[], what: string): string[] {
  if (names.length === 0) return []
  return [`Left out: ${names.length} ${what}, such as ${names.slice(0, 3).join(', ')}.`]
}

function describeBroken(broken: readonly { readonly name: string; readonly reason: string }[]): string[] {
  if (broken.length === 0) return []
  const [first] = broken
  return [`Left out: ${broken.length} that could not be decoded, such as ${first?.name} (${first?.reason}).`]
}
