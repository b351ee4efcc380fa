// What a user may get wrong: each is told in one sentence with an exit code of its own, and leaves nothing half-written.
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Ending, lastLine, makeFolder, runApp } from './run-app.ts'
import { compressFiles, type DataFiles, idxFile, makeDataFiles, tiny, writeDataFolder } from './tiny-laboratory.ts'

const folder = makeFolder('digits-bad-input')
const digits = (...words: string[]): Promise<Ending> => runApp(folder, 'digits', ...words)
const train = (...words: string[]): Promise<Ending> => digits('train', ...tiny, '--epochs', '1', ...words)

/** One sentence or a few on one line, no stack, nothing on standard output. */
function expectComplaint({ code, out, err }: Ending, exitCode: 1 | 2, message: RegExp): void {
  const lines = err.trimEnd().split('\n')
  const complaint = lines.at(-1) as string
  expect(complaint).toMatch(message)
  expect(complaint).toMatch(/^Error: .+: expected .+, received .+\. .+[.?]$/)
  expect(complaint).not.toMatch(/undefined|NaN|\[object|Unexpected error/)
  expect(lines.slice(0, -1).every((line) => /^(Data|Backend): /.test(line))).toBe(true)
  expect({ code, out }).toEqual({ code: exitCode, out: '' })
}

describe('options: code 2', () => {
  const cases: [string[], RegExp][] = [
    [['--recipes', 'plain,magic'], /--recipes: expected some of plain, .*maxout, received 'magic'/],
    [['--epochs', '0'], /--epochs: expected a whole number of at least 1, received '0'/],
    [['--epochs', '-3'], /--epochs: expected a whole number of at least 1, received '-3'/],
    [['--epochs', '1.5'], /--epochs: expected a whole number of at least 1, received '1\.5'/],
    [['--seed', '-1'], /--seed: expected a whole number from 0 to 4294967295, received '-1'/],
    [['--train-size', '99'], /--train-size: expected a whole number of at least 100/],
    [['--backend', 'abacus'], /--backend: expected gl, onnx, reference, received 'abacus'/],
    [['--epoch', '3'], /unknown option '--epoch'\. Did you mean --epochs\?/],
    [['--data', 'nowhere'], /--data: expected a folder, received .*nowhere, which is not there/],
    [['extra'], /too many arguments/],
  ]
  test.concurrent.each(cases)('train %j', async (words, message) => {
    expectComplaint(await train(...words), 2, message)
    expect(readdirSync(folder)).not.toContain('runs')
  })

  test.each([[['evaluate']], [['predict', 'a.png']], [['train', '--resume']]])('%j without a run', async (words) => {
    expectComplaint(await digits(...words), 2, /expected a run to work on, received none so far in .*runs\/digits/)
  })

  test('an unknown command', async () => {
    expectComplaint(await digits('trian'), 2, /received unknown command 'trian'\. Did you mean train\?/)
  })

  test('more images than there are', async () => {
    expectComplaint(
      await train('--train-size', '58001'),
      1,
      /--train-size: expected at most 58000: 60000 images less 2000/,
    )
    expectComplaint(await train('--train-size', '1000000000'), 1, /--train-size: expected at most 58000/)
    expect(readdirSync(folder)).not.toContain('runs')
  })
})

describe('data folders: code 1, and no run begun', () => {
  const trainImages = 'train-images-idx3-ubyte'
  const trainLabels = 'train-labels-idx1-ubyte'
  const testImages = 't10k-images-idx3-ubyte'
  let files: DataFiles
  let number = 0
  beforeAll(() => {
    files = makeDataFiles()
  })

  const get = (name: string): Buffer => files[name] as Buffer
  const change = (name: string, at: number, value: number): DataFiles => {
    const bytes = Buffer.from(get(name))
    bytes[at] = value
    return { [name]: bytes }
  }
  const without = (name: string): DataFiles => Object.fromEntries(Object.entries(files).filter(([key]) => key !== name))

  const cases: [string, () => DataFiles, RegExp][] = [
    ['an empty folder', () => ({}), /train-images-idx3-ubyte in .*: expected one of .*, received an empty folder/],
    ...[trainImages, trainLabels, testImages, 't10k-labels-idx1-ubyte'].map(
      (name): [string, () => DataFiles, RegExp] => [
        `without ${name}`,
        () => without(name),
        new RegExp(`${name} in .*: expected one of .*, received a folder with `),
      ],
    ),
    [
      'images cut off',
      () => ({ ...files, [trainImages]: get(trainImages).subarray(0, 100_000) }),
      /train-images-idx3-ubyte: expected 548816 bytes, as its header promises, received 100000 bytes\. The file is cut off/,
    ],
    [
      'labels cut off within the header',
      () => ({ ...files, [trainLabels]: get(trainLabels).subarray(0, 6) }),
      /train-labels-idx1-ubyte: expected .*header.*received 6 bytes/,
    ],
    [
      'gzip cut off',
      () => {
        const packed = compressFiles(files)
        const bytes = packed[`${trainImages}.gz`] as Buffer
        return { ...packed, [`${trainImages}.gz`]: bytes.subarray(0, bytes.length >> 1) }
      },
      /train-images-idx3-ubyte\.gz: expected a whole gzip file, received a damaged or cut-off one/,
    ],
    [
      'gzip with a changed byte',
      () => {
        const packed = compressFiles(files)
        const bytes = packed[`${trainImages}.gz`] as Buffer
        bytes[5000] = (bytes[5000] as number) ^ 255
        return packed
      },
      /train-images-idx3-ubyte\.gz: expected a whole gzip file/,
    ],
    ['a wrong magic number', () => ({ ...files, ...change(trainImages, 2, 0x42) }), /begins with 00 00 42 03/],
    [
      'a web page instead of a file',
      () => ({ ...files, [trainImages]: Buffer.from('<html>Not found</html>') }),
      /begins with 3c 68 74 6d/,
    ],
    [
      'a header that promises terabytes',
      () => ({ ...files, [trainImages]: idxFile([2 ** 31, 2 ** 20, 2 ** 20], new Uint8Array(9)) }),
      /expected at most 1073741824 bytes/,
    ],
    [
      'compressed, a header that promises a gigabyte',
      () => ({
        ...without(trainImages),
        [`${trainImages}.gz`]: gzipSync(idxFile([1_300_000, 28, 28], new Uint8Array(9))),
      }),
      /compressed bytes, which cannot hold that many/,
    ],
    [
      'labels out of range',
      () => ({ ...files, ...change(trainLabels, 8 + 123, 10) }),
      /label 123: expected 0 to 9, received 10/,
    ],
    [
      'more labels than images',
      () => ({ ...files, [trainLabels]: idxFile([701], new Uint8Array(701)) }),
      /expected 700 labels, one for each image of .*, received 701/,
    ],
    [
      'images and labels exchanged',
      () => ({ ...files, [trainImages]: get(trainLabels), [trainLabels]: get(trainImages) }),
      /expected images: unsigned bytes of 3 dimensions, received uint8 of shape/,
    ],
    [
      'images of 14 × 14',
      () => ({ ...files, [trainImages]: idxFile([700, 14, 14], new Uint8Array(700 * 196)) }),
      /The training images in .*: expected at least one, of 28 × 28 pixels, received 700 of 14 × 14/,
    ],
    [
      'no test image',
      () => ({
        ...files,
        [testImages]: idxFile([0, 28, 28], new Uint8Array(0)),
        't10k-labels-idx1-ubyte': idxFile([0], new Uint8Array(0)),
      }),
      /The test images in .*: expected at least one, of 28 × 28 pixels, received 0 of 28 × 28/,
    ],
    [
      'too few images to set some aside',
      () => makeDataFiles(500, 10),
      /The training images in .*: expected more than 500, which are set aside for validation, received 500/,
    ],
    [
      'fewer than asked for',
      () => makeDataFiles(580, 10),
      /--train-size: expected at most 80: 580 images less 500 for validation, received 100/,
    ],
  ]
  test.concurrent.each(cases)('%s', async (_, make, message) => {
    const data = writeDataFolder(join(folder, `data-${++number}`), make())
    expectComplaint(await train('--data', data, '--out', 'never'), 1, message)
    expect(readdirSync(folder)).not.toContain('never')
    expect(readdirSync(folder)).not.toContain('runs')
  })

  test('a file instead of a folder: code 2', async () => {
    writeFileSync(join(folder, 'file'), '')
    expectComplaint(await train('--data', 'file'), 2, /--data: expected a folder, received a file, .*file\./)
  })
})

describe('--out', () => {
  test('is a file, or lies in one', async () => {
    writeFileSync(join(folder, 'taken'), 'mine')
    for (const out of ['taken', 'taken/run']) expectComplaint(await train('--out', out), 1, /--out|Cannot (read|write)/)
    expect(readFileSync(join(folder, 'taken'), 'utf8')).toBe('mine')
  })

  test('cannot be written', async () => {
    mkdirSync(join(folder, 'locked'))
    chmodSync(join(folder, 'locked'), 0o500)
    // Root may write wherever files are kept, but nobody makes folders among the kernel's own.
    const locked = process.getuid?.() === 0 ? '/sys' : join(folder, 'locked')
    const complaint = new RegExp(`--out .*${locked}/run: expected a folder that can be made`)
    expectComplaint(await train('--out', join(locked, 'run')), 1, complaint)
  })
})

describe('a run that is damaged', () => {
  const words = ['train', ...tiny, '--recipes', 'plain,dropout', '--epochs', '3', '--json']
  const member = join(folder, 'damaged', 'plain', 'member-1')
  let rows: unknown
  beforeAll(async () => {
    const { code, out } = await digits(...words, '--out', 'sound')
    expect(code).toBe(0)
    rows = JSON.parse(out).rows
  })
  beforeEach(() => {
    rmSync(join(folder, 'damaged'), { recursive: true, force: true })
    cpSync(join(folder, 'sound'), join(folder, 'damaged'), { recursive: true })
  })

  const evaluate = (...more: string[]): Promise<Ending> =>
    digits('evaluate', '--out', 'damaged', '--backend', 'reference', '--json', ...more)
  const resume = (): Promise<Ending> => digits('train', '--resume', '--out', 'damaged', '--json')
  const checkpoints = (): string[] =>
    readdirSync(member)
      .sort()
      .reverse()
      .map((name) => join(member, name))

  /** A safetensors file: the length of the header in eight bytes, the header, the data. */
  const safetensors = (header: string, data: number, length = header.length): Buffer => {
    const start = Buffer.alloc(8)
    start.writeBigUInt64LE(BigInt(length))
    return Buffer.concat([start, Buffer.from(header), Buffer.alloc(data)])
  }
  const overlapping = JSON.stringify({
    a: { dtype: 'F32', shape: [4], data_offsets: [0, 16] },
    b: { dtype: 'F32', shape: [4], data_offsets: [8, 24] },
  })
  const beyond = JSON.stringify({ a: { dtype: 'F32', shape: [400], data_offsets: [0, 1600] } })
  const damages: [string, (bytes: Buffer) => Buffer][] = [
    ['cut off', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['empty', () => Buffer.alloc(0)],
    [
      'with one changed bit',
      (bytes) => {
        const changed = Buffer.from(bytes)
        changed[bytes.length >> 1] = (changed[bytes.length >> 1] as number) ^ 1
        return changed
      },
    ],
    ['with a huge header', () => safetensors('{}', 8, 2 ** 52)],
    ['with overlapping tensors', () => safetensors(overlapping, 24)],
    ['with tensors beyond its end', () => safetensors(beyond, 24)],
    ['that is a web page', () => Buffer.from('<html>'.repeat(100))],
  ]

  test.each(damages)('the newest checkpoint %s: the one before serves, with a warning', async (_, damage) => {
    const [newest = ''] = checkpoints()
    writeFileSync(newest, damage(readFileSync(newest)))
    const evaluated = await evaluate()
    expect(evaluated.code).toBe(0)
    expect(evaluated.err).toMatch(/^Passed over a checkpoint\. Checkpoint .*plain.* expected .* received .*$/m)
    expect(evaluated.err).toMatch(/^Plain is not trained to the end: 2 of 3 epochs\.$/m)
    // Training again what was lost gives the very figures.
    const resumed = await resume()
    expect(resumed.err).toMatch(/^Passed over a checkpoint\./m)
    expect(JSON.parse(lastLine(resumed.out)).rows).toEqual(rows)
    expect(JSON.parse(lastLine((await evaluate()).out)).rows).toEqual(rows)
  })

  test('all checkpoints damaged: a complaint that names the folder', async () => {
    for (const path of checkpoints()) writeFileSync(path, 'nothing')
    const message =
      /Checkpoints in .*plain\/member-1: expected at least one that is whole, received 2, all damaged\. Remove the folder/
    const evaluated = await evaluate()
    expect(evaluated).toMatchObject({ code: 1, out: '' })
    expect(evaluated.err).toMatch(message)
    const resumed = await resume()
    expect(resumed).toMatchObject({ code: 1, out: '' })
    expect(resumed.err).toMatch(message)
  })

  test('no checkpoints', async () => {
    rmSync(member, { recursive: true })
    expectComplaint(await evaluate(), 1, /Loading a model from .*plain\/member-1: expected a checkpoint, received none/)
    // Resuming trains it again.
    expect(JSON.parse(lastLine((await resume()).out)).rows).toEqual(rows)
  })

  test('checkpoints of networks of another size', async () => {
    const path = join(folder, 'damaged', 'run.json')
    const record = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ ...record, options: { ...record.options, hidden: 13 } }))
    expectComplaint(await evaluate(), 1, /Tensor "params\..*" of the file: expected .*13.*, received .*12/)
    expectComplaint(await resume(), 1, /Tensor "params\..*" of the file: expected .*13.*, received .*12/)
  })

  test('resumed with other sizes than it began with: code 2', async () => {
    const cases: [string[], RegExp][] = [
      [['--hidden', '13'], /--hidden: expected 12, with which the run in .*damaged began, received 13/],
      [['--train-size', '200'], /--train-size: expected 100, with which/],
      [['--seed', '2'], /--seed: expected 1, with which/],
      [['--noise', '0.25'], /--noise: expected \d[\d.]*, with which/],
    ]
    for (const [more, message] of cases) {
      expectComplaint(await digits('train', '--resume', '--out', 'damaged', ...more), 2, message)
    }
  })

  test('a run of another app, or no run at all: code 2', async () => {
    const path = join(folder, 'damaged', 'run.json')
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), app: 'speech' }))
    expectComplaint(await evaluate(), 2, /The run in .*damaged: expected a run of digits, .* received one of speech/)
    expectComplaint(await resume(), 2, /received one of speech/)
    writeFileSync(path, '{')
    expectComplaint(
      await evaluate(),
      2,
      /The run in .*damaged: expected a run of digits, .* received no readable run\.json/,
    )
    expectComplaint(await resume(), 2, /received no readable run\.json/)
  })

  test('files that are no pictures', async () => {
    writeFileSync(join(folder, 'photo.jpg'), Buffer.of(0xff, 0xd8, 0xff, 0xe0))
    writeFileSync(join(folder, 'broken.png'), Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0))
    writeFileSync(join(folder, 'nothing'), '')
    const predict = (...files: string[]): Promise<Ending> =>
      digits('predict', '--out', 'damaged', '--backend', 'reference', ...files)
    expectComplaint(await predict('photo.jpg'), 1, /photo\.jpg: expected a PNG picture, or an IDX file/)
    expectComplaint(await predict('broken.png'), 1, /broken\.png: expected a whole PNG picture/)
    expectComplaint(await predict('nothing'), 1, /nothing: expected a PNG picture, .* received an empty file/)
    expectComplaint(await predict('absent.png'), 1, /absent\.png: expected a file that can be read/)
    expectComplaint(await predict(folder), 1, /expected a file that can be read/)
    expectComplaint(await predict(), 2, /missing required argument 'picture'/)
    expectComplaint(await predict('photo.jpg', '--recipe', 'all'), 1, /photo\.jpg/)
    writeFileSync(join(folder, 'one.idx'), idxFile([1, 28, 28], new Uint8Array(784).fill(9, 300, 420)))
    expectComplaint(
      await predict('one.idx', '--recipe', 'magic'),
      2,
      /--recipe: expected one of this run: plain, dropout, received magic/,
    )
  })
})
