// Folders of captioned images as they are published: which images there are, what is said of them, and what does not fit.
import { loadBuiltin } from '../../arrays/builtin-module.ts'
import { FolderError } from '../../errors.ts'
import { type CaptionEntry, parseCaptionTable, parseCocoCaptions, parseTokenFile } from './caption-files.ts'

/** An image and what is said of it. */
export interface CaptionedImage {
  /** Full path of its file. */
  readonly path: string
  /** File name. */
  readonly name: string
  /** At least one, none empty, as they stand in the file. */
  readonly captions: readonly string[]
}

/** A folder of captioned images. */
export interface CaptionedFolder {
  /** For people: which files the captions are from. */
  readonly source: string
  /** By file name, so that the same files give the same order on every machine. */
  readonly images: readonly CaptionedImage[]
  /** Names of images that captions speak of but that are not there. */
  readonly missing: readonly string[]
  /** Names of images of which nothing is said. */
  readonly silent: readonly string[]
  /** Captions without a word. */
  readonly emptyCaptions: number
}

const imageName = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i
const cocoName = /^captions_(.+)\.json$/
const tableNames = ['captions.txt', 'captions.csv', 'results.csv']
const tokenName = /\.token(\.txt)?$/

/**
 * Reads which images of a folder have which captions; no image is opened.
 *
 * - Flickr8k and Flickr30k: `captions.txt`, `captions.csv` or `results.csv` (tables), or `*.token.txt`, `*.token`; the images
 *   in `images` or any other folder beside it, or beside the file.
 * - COCO: `captions_*.json` in the folder or in `annotations`; the images of `captions_train2017.json` in `train2017`, there
 *   or in `images`.
 *
 * @throws FolderError for a folder without captions or without any image that they speak of; TextError for a
 *   damaged file.
 */
export async function readCaptionedFolder(folder: string): Promise<CaptionedFolder> {
  const names = await listNames(folder)
  const { join } = loadBuiltin('node:path', 'readCaptionedFolder')
  const annotations = names.includes('annotations') ? await listNames(join(folder, 'annotations')) : []
  const cocoFiles = [
    ...names.filter((name) => cocoName.test(name)).map((name) => join(folder, name)),
    ...annotations.filter((name) => cocoName.test(name)).map((name) => join(folder, 'annotations', name)),
  ].sort()
  const table = tableNames.find((name) => names.includes(name))
  const tokens = names.filter((name) => tokenName.test(name)).sort()
  const text = table ?? tokens[0]
  if (cocoFiles.length > 0) return readCoco(folder, cocoFiles)
  if (text !== undefined) return readFlickr(folder, text)
  throw new FolderError({
    what: folder,
    expected: `one of ${tableNames.join(', ')}, a *.token.txt, or a captions_*.json`,
    received:
      names.length === 0 ? 'an empty folder' : `${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}`,
    remedy: 'Put the captions beside the folder of the images: see the README of image-captioning.',
  })
}

async function readFlickr(folder: string, file: string): Promise<CaptionedFolder> {
  const { join } = loadBuiltin('node:path', 'readCaptionedFolder')
  const text = await readText(join(folder, file))
  const entries = tokenName.test(file) ? parseTokenFile(text, file) : parseCaptionTable(text, file)
  const places = [folder, ...(await listFolders(folder))]
  return match(folder, file, entries, await listImages(places))
}

async function readCoco(folder: string, files: readonly string[]): Promise<CaptionedFolder> {
  const { basename, join } = loadBuiltin('node:path', 'readCaptionedFolder')
  const parts: CaptionedFolder[] = []
  for (const file of files) {
    const part = cocoName.exec(basename(file))?.[1] ?? ''
    const { entries, images } = parseCocoCaptions(await readText(file), basename(file))
    const found = await listImages([join(folder, part), join(folder, 'images', part), join(folder, 'images'), folder])
    // An image that the file lists and says nothing of is silent too.
    const listed = images.map((image) => ({ image, caption: '' }))
    const own = match(folder, basename(file), entries, found)
    const known = new Set([...own.images.map(({ name }) => name), ...own.missing])
    const untold = listed.filter(({ image }) => !known.has(image) && !found.has(image)).map(({ image }) => image)
    parts.push({ ...own, missing: [...new Set([...own.missing, ...untold])] })
  }
  return {
    source: parts.map(({ source }) => source).join(', '),
    images: parts.flatMap(({ images }) => images),
    missing: parts.flatMap(({ missing }) => missing),
    silent: parts.flatMap(({ silent }) => silent),
    emptyCaptions: parts.reduce((sum, { emptyCaptions }) => sum + emptyCaptions, 0),
  }
}

/** Brings images and captions together. */
function match(
  folder: string,
  source: string,
  entries: readonly CaptionEntry[],
  found: ReadonlyMap<string, string>,
): CaptionedFolder {
  const captions = new Map<string, string[]>()
  let emptyCaptions = 0
  for (const { image, caption } of entries) {
    if (caption === '' || !/[\p{L}\p{N}]/u.test(caption)) emptyCaptions++
    else captions.set(image, [...(captions.get(image) ?? []), caption])
  }
  const missing = [...captions.keys()].filter((name) => !found.has(name))
  const names = [...found.keys()].sort()
  const images = names.flatMap((name): CaptionedImage[] => {
    const own = captions.get(name)
    return own ? [{ name, path: found.get(name) ?? name, captions: own }] : []
  })
  if (images.length === 0) {
    throw new FolderError({
      what: folder,
      expected: `images that ${source} speaks of, such as ${entries[0]?.image ?? 'none: it is empty'}`,
      received: names.length === 0 ? 'no image' : `${names.length} others, such as ${names[0]}`,
      remedy: 'Put the images into a folder beside the captions.',
    })
  }
  return { source, images, missing, silent: names.filter((name) => !captions.has(name)), emptyCaptions }
}

/** Images by file name; of two with one name the first counts. */
async function listImages(folders: readonly string[]): Promise<Map<string, string>> {
  const { join } = loadBuiltin('node:path', 'readCaptionedFolder')
  const found = new Map<string, string>()
  for (const folder of folders) {
    for (const name of await listNames(folder).catch(() => [])) {
      if (imageName.test(name) && !found.has(name)) found.set(name, join(folder, name))
    }
  }
  return found
}

async function listFolders(folder: string): Promise<string[]> {
  const { join } = loadBuiltin('node:path', 'readCaptionedFolder')
  const entries = await loadBuiltin('node:fs/promises', 'readCaptionedFolder').readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => join(folder, name))
    .sort()
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return (await loadBuiltin('node:fs/promises', 'readCaptionedFolder').readdir(folder)).sort()
  } catch (error) {
    throw failToRead(folder, error)
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await loadBuiltin('node:fs/promises', 'readCaptionedFolder').readFile(path, 'utf8')
  } catch (error) {
    throw failToRead(path, error)
  }
}

function failToRead(path: string, error: unknown): FolderError {
  return new FolderError(
    {
      what: path,
      expected: 'something that can be read',
      received: (error as Error).message,
      remedy: 'Check the path and its permissions.',
    },
    { cause: error },
  )
}
