// The files in which captions come: tables of image and caption, token files, and COCO's JSON. Each gives pairs of the
// image's file name and a caption as it stands there.
import { parse } from 'csv-parse/browser/esm/sync'
import { TextError } from '../../errors.ts'

/** One caption of one image. */
export interface CaptionEntry {
  /** File name of the image. */
  readonly image: string
  /** Without spaces around it, line breaks as spaces; may be empty. */
  readonly caption: string
}

/** What the columns are called in Flickr8k's table and in Flickr30k's. */
const imageColumns = ['image', 'image_name']
const captionColumns = ['caption', 'comment']

/**
 * Captions of a table with a header, as Flickr8k's `captions.txt` (`image,caption`, quoted as RFC 4180 says) or Flickr30k's
 * `results.csv` (`image_name| comment_number| comment`, not quoted).
 *
 * @param name what errors call the file.
 * @throws TextError, with the line where there is one, for a table without these columns or with rows of another
 *   number of cells.
 */
export function parseCaptionTable(text: string, name = 'captions'): CaptionEntry[] {
  const header = text.slice(0, 200).split('\n', 1)[0] ?? ''
  const isPiped = !header.includes(',') && header.includes('|')
  const rows = parseRows(text, isPiped, name)
  const [columns = []] = rows
  const names = columns.map((column) => column.trim().toLowerCase())
  const image = names.findIndex((column) => imageColumns.includes(column))
  const caption = names.findIndex((column) => captionColumns.includes(column))
  if (image < 0 || caption < 0) {
    throw new TextError({
      what: name,
      expected: 'a table whose first line names the columns image and caption',
      received: JSON.stringify(header.slice(0, 80)),
      remedy: 'Write `image,caption` as its first line.',
    })
  }
  return rows.slice(1).map((row) => ({ image: (row[image] ?? '').trim(), caption: tidy(row[caption] ?? '') }))
}

function parseRows(text: string, isPiped: boolean, name: string): string[][] {
  try {
    return parse(text, {
      bom: true,
      delimiter: isPiped ? '|' : ',',
      quote: isPiped ? false : '"',
      skip_empty_lines: true,
      // Flickr30k has one row in which a bar is missing.
      relax_column_count: isPiped,
    })
  } catch (error) {
    throw new TextError(
      {
        what: name,
        expected: 'rows of as many cells as the first has, quoted where they hold commas',
        received: (error as Error).message,
        remedy: 'Repair that line.',
      },
      { cause: error },
    )
  }
}

/**
 * Captions of a token file such as `Flickr8k.token.txt`: on each line an image's name, `#` and a number, a tab, a caption.
 *
 * @throws TextError, with the line, for a line of another form.
 */
export function parseTokenFile(text: string, name = 'captions'): CaptionEntry[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, index) => {
      if (line.trim() === '') return []
      const [, image = '', caption = ''] = /^(.+?)#\d+\t(.*)$/.exec(line) ?? []
      if (image === '') {
        throw new TextError({
          what: `${name}, line ${index + 1}`,
          expected: 'an image name, # and a number, a tab, and a caption',
          received: JSON.stringify(line.slice(0, 80)),
          remedy: 'Repair that line.',
        })
      }
      return [{ image: image.trim(), caption: tidy(caption) }]
    })
}

/**
 * Captions of COCO's `captions_*.json`: `images` with `id` and `file_name`, `annotations` with `image_id` and `caption`. The
 * images come in the order of the file; what an annotation says of an image that is not listed counts as a caption of an
 * image called `id NUMBER`.
 *
 * @throws TextError for text that is not JSON, or lacks these lists.
 */
export function parseCocoCaptions(text: string, name = 'captions'): { entries: CaptionEntry[]; images: string[] } {
  const fail = (expected: string, received: string): never => {
    const remedy = 'Give the captions file of COCO as it is published.'
    throw new TextError({ what: name, expected, received, remedy })
  }
  const { images, annotations } = parseJson(text, fail)
  if (!Array.isArray(images)) return fail('a list called images', describe(images))
  if (!Array.isArray(annotations)) return fail('a list called annotations', describe(annotations))
  const names = new Map<unknown, string>()
  for (const [position, image] of images.entries()) {
    const { id, file_name: file } = (image ?? {}) as { id?: unknown; file_name?: unknown }
    if (id === undefined || typeof file !== 'string') fail('an id and a file_name in each image', `image ${position}`)
    names.set(id, file as string)
  }
  const entries = annotations.map((annotation, position): CaptionEntry => {
    const { image_id: id, caption } = (annotation ?? {}) as { image_id?: unknown; caption?: unknown }
    if (id === undefined || typeof caption !== 'string') {
      return fail('an image_id and a caption in each annotation', `annotation ${position}`)
    }
    return { image: names.get(id) ?? `id ${String(id)}`, caption: tidy(caption) }
  })
  return { entries, images: [...names.values()] }
}

function parseJson(text: string, fail: (expected: string, received: string) => never): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    return fail('an object with images and annotations', describe(value))
  } catch (error) {
    if (error instanceof SyntaxError) return fail('JSON', error.message)
    throw error
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return value === undefined ? 'none' : value === null ? 'null' : typeof value
}

function tidy(caption: string): string {
  return caption.replace(/\s+/g, ' ').trim()
}
