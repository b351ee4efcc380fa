// Captions as Flickr8k, Flickr30k and COCO hand them out, whole and broken.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { FolderError, TextError } from '../../errors.ts'
import { parseCaptionTable, parseCocoCaptions, parseTokenFile } from './caption-files.ts'
import { readCaptionedFolder } from './read-captioned-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'captions-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A folder with these files; images are never opened. */
function makeFolder(name: string, files: { readonly [path: string]: string }): string {
  const folder = join(root, name)
  mkdirSync(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

describe('files', () => {
  test('a table with quotes, line breaks, a byte order mark and Windows line ends', () => {
    const text = '\uFEFFimage,caption\r\na.jpg,"A dog , ""wet"" ."\r\na.jpg,"two\nlines"\r\nb.jpg,\r\n'
    expect(parseCaptionTable(text)).toEqual([
      { image: 'a.jpg', caption: 'A dog , "wet" .' },
      { image: 'a.jpg', caption: 'two lines' },
      { image: 'b.jpg', caption: '' },
    ])
  })

  test("Flickr30k's table with bars, one of them missing", () => {
    const text = 'image_name| comment_number| comment\n1.jpg| 0| Two "men" , one hat .\n1.jpg| 4   A dog\n'
    expect(parseCaptionTable(text)).toEqual([
      { image: '1.jpg', caption: 'Two "men" , one hat .' },
      { image: '1.jpg', caption: '' },
    ])
  })

  test('a token file', () => {
    expect(parseTokenFile('a.jpg#0\tA dog .\r\na.jpg#1\tA cat .\n\n')).toEqual([
      { image: 'a.jpg', caption: 'A dog .' },
      { image: 'a.jpg', caption: 'A cat .' },
    ])
  })

  test("COCO's JSON", () => {
    const text = JSON.stringify({
      images: [{ id: 7, file_name: '007.jpg' }],
      annotations: [
        { image_id: 7, caption: 'A man. \n' },
        { image_id: 8, caption: 'Nobody' },
      ],
    })
    expect(parseCocoCaptions(text)).toEqual({
      entries: [
        { image: '007.jpg', caption: 'A man.' },
        { image: 'id 8', caption: 'Nobody' },
      ],
      images: ['007.jpg'],
    })
  })

  test.each<[string, () => unknown, RegExp]>([
    ['a table without a header', () => parseCaptionTable('a.jpg,A dog\n'), /names the columns image and caption/],
    ['an empty table', () => parseCaptionTable(''), /columns image and caption/],
    ['a comma without quotes', () => parseCaptionTable('image,caption\na.jpg,A dog, wet\n'), /line 2/],
    ['a quote that does not end', () => parseCaptionTable('image,caption\na.jpg,"A dog\n'), /[Qq]uote/],
    ['a line without a tab', () => parseTokenFile('a.jpg#0\tA dog\na.jpg#1 A cat\n'), /line 2/],
    ['no JSON', () => parseCocoCaptions('{"images": ['), /expected JSON/],
    ['JSON without annotations', () => parseCocoCaptions('{"images": []}'), /a list called annotations, received none/],
    [
      'a caption that is a number',
      () => parseCocoCaptions('{"images":[],"annotations":[{"image_id":1,"caption":2}]}'),
      /annotation 0/,
    ],
    ['an image without a name', () => parseCocoCaptions('{"images":[{"id":1}],"annotations":[]}'), /image 0/],
    ['a list', () => parseCocoCaptions('[]'), /received a list/],
  ])('refuses %s', (_, read, message) => {
    expect(read).toThrow(TextError)
    expect(read).toThrow(message)
  })
})

describe('folders', () => {
  test('what does not fit is counted and named', async () => {
    const folder = makeFolder('flickr', {
      'captions.txt': 'image,caption\nb.jpg,A cat\na.jpg,A dog\na.jpg, . \na.jpg,A wet dog\ngone.jpg,Nothing\n',
      'images/a.jpg': '',
      'images/b.jpg': '',
      'images/quiet.PNG': '',
      'images/notes.txt': '',
    })
    expect(await readCaptionedFolder(folder)).toEqual({
      source: 'captions.txt',
      images: [
        { name: 'a.jpg', path: join(folder, 'images/a.jpg'), captions: ['A dog', 'A wet dog'] },
        { name: 'b.jpg', path: join(folder, 'images/b.jpg'), captions: ['A cat'] },
      ],
      missing: ['gone.jpg'],
      silent: ['quiet.PNG'],
      emptyCaptions: 1,
    })
  })

  test('a token file, and images in a folder of any name', async () => {
    const folder = makeFolder('tokens', { 'Flickr8k.token.txt': 'a.jpg#0\tA dog\n', 'Flicker8k_Dataset/a.jpg': '' })
    expect((await readCaptionedFolder(folder)).images.map(({ name }) => name)).toEqual(['a.jpg'])
  })

  test('COCO with two parts, annotations in a folder', async () => {
    const json = (name: string) =>
      JSON.stringify({
        images: [
          { id: 1, file_name: name },
          { id: 2, file_name: `lost-${name}` },
        ],
        annotations: [{ image_id: 1, caption: 'A dog' }],
      })
    const folder = makeFolder('coco', {
      'annotations/captions_train2017.json': json('t.jpg'),
      'annotations/captions_val2017.json': json('v.jpg'),
      'annotations/instances_val2017.json': '{}',
      'train2017/t.jpg': '',
      'images/val2017/v.jpg': '',
    })
    const { images, missing, source } = await readCaptionedFolder(folder)
    expect(images.map(({ name }) => name)).toEqual(['t.jpg', 'v.jpg'])
    expect(missing).toEqual(['lost-t.jpg', 'lost-v.jpg'])
    expect(source).toBe('captions_train2017.json, captions_val2017.json')
  })

  test.each<[string, { [path: string]: string }, RegExp]>([
    ['an empty folder', {}, /received an empty folder/],
    ['images without captions', { 'images/a.jpg': '' }, /captions_\*\.json, received images/],
    [
      'captions without images',
      { 'captions.txt': 'image,caption\na.jpg,A dog\n' },
      /such as a\.jpg, received no image/,
    ],
    [
      'captions of other images',
      { 'captions.txt': 'image,caption\na.jpg,A dog\n', 'images/b.jpg': '' },
      /such as b\.jpg/,
    ],
    [
      'captions that are all empty',
      { 'captions.txt': 'image,caption\na.jpg,\n', 'images/a.jpg': '' },
      /received 1 others/,
    ],
  ])('refuses %s', async (name, files, message) => {
    const reading = readCaptionedFolder(makeFolder(name, files))
    await expect(reading).rejects.toThrow(FolderError)
    await expect(reading).rejects.toThrow(message)
  })

  test('refuses a folder that is not there', async () => {
    await expect(readCaptionedFolder(join(root, 'nowhere'))).rejects.toThrow(FolderError)
  })
})

// As its publishers count it: DEEP_RECIPE_CAPTIONS names a folder with captions.txt and images; the data are not shipped.
const flickr = process.env.DEEP_RECIPE_CAPTIONS
test.skipIf(!flickr || !existsSync(flickr))('the real captions of Flickr8k', async () => {
  const { images, missing, silent } = await readCaptionedFolder(flickr as string)
  expect(images.every(({ captions }) => captions.length === 5)).toBe(true)
  expect({ missing, silent }).toEqual({ missing: [], silent: [] })
})
