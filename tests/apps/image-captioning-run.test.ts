// A whole run of image-captioning as small as it goes: figures, page, summary; what evaluate and caption make of it.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng } from '@deep-recipe/training'
import { describe, expect, test } from 'vitest'
import { lastLine, makeFolder, runApp, startApp } from './run-app.ts'

const folder = makeFolder('captioning')
const tiny = '--backend reference --seed 2 --scenes 64 --size 16 --units 8 --width 2'.split(' ')
const app = 'image-captioning'

interface Figures {
  readonly exact: number | null
  readonly bleu4: number
  readonly cider: number
  readonly seconds: number
  readonly backend: string
}

/** Figures but for the time. */
function readFigures(out: string): Omit<Figures, 'seconds'> {
  const { seconds, ...figures } = JSON.parse(lastLine(out)) as Figures
  expect(seconds).toBeGreaterThan(0)
  return figures
}

/** A picture of one colour. */
function makePicture(red: number, green: number, blue: number): Uint8Array {
  const data = Float32Array.from({ length: 3 * 20 * 30 }, (_, i) => [red, green, blue][Math.floor(i / 600)] as number)
  return encodePng({ shape: [3, 20, 30], dtype: 'float32', data })
}

describe('generated scenes', async () => {
  const trained = await runApp(folder, app, 'train', ...tiny, '--epochs', '2', '--out', 'scenes', '--json')

  test('the figures, the page and the summary', () => {
    expect({ code: trained.code, err: trained.err }).toEqual({ code: 0, err: trained.err })
    expect(Object.keys(JSON.parse(lastLine(trained.out)))).toEqual(['exact', 'bleu4', 'cider', 'seconds', 'backend'])
    const { exact, bleu4 } = readFigures(trained.out)
    expect(exact).toBeGreaterThanOrEqual(0)
    expect(bleu4).toBeLessThanOrEqual(1)
    const page = readFileSync(join(folder, 'scenes/report.html'), 'utf8')
    expect(page).toContain('What it looked at')
    expect(page.match(/data:image\/png/g)?.length).toBeGreaterThan(12)
    const summary = JSON.parse(readFileSync(join(folder, 'scenes/summary.json'), 'utf8'))
    expect(summary.rows.map((row: { measure: string }) => row.measure)).toEqual(['exact captions', 'BLEU-4', 'CIDEr-D'])
    expect(trained.err).toContain('new combinations')
    expect(trained.err).toContain('Always “')
  })

  test('evaluate measures the same', async () => {
    const { code, out } = await runApp(folder, app, 'evaluate', '--out', 'scenes', '--json', '--backend', 'reference')
    expect(code).toBe(0)
    expect(readFigures(out)).toEqual(readFigures(trained.out))
  })

  test('caption says several sentences of each picture, and shows where it looked', async () => {
    writeFileSync(join(folder, 'red.png'), makePicture(1, 0, 0))
    writeFileSync(join(folder, 'blue.png'), makePicture(0, 0, 1))
    const words = [
      'caption',
      '--out',
      'scenes',
      '--best',
      '2',
      '--backend',
      'reference',
      '--json',
      'red.png',
      'blue.png',
    ]
    const { code, out } = await runApp(folder, app, ...words)
    expect(code).toBe(0)
    const { captions, report } = JSON.parse(lastLine(out))
    expect(captions.map(({ name }: { name: string }) => name)).toEqual(['red.png', 'blue.png'])
    for (const { captions: own } of captions) {
      expect(own.length).toBe(2)
      expect(own[0].logProbability).toBeLessThanOrEqual(0)
      expect(own[0].text).not.toBe(own[1].text)
    }
    expect(readFileSync(report, 'utf8')).toContain('Bright is where it looked')
  })

  test.each<[string, string[], RegExp]>([
    [
      'a text in place of a picture',
      ['caption', '--out', 'scenes', 'scenes/run.json'],
      /run\.json: expected a whole image/,
    ],
    [
      'another size for a run that goes on',
      ['train', '--resume', '--out', 'scenes', '--size', '24'],
      /--size: expected 16, with which/,
    ],
  ])('refuses %s in one sentence', async (_, words, message) => {
    const { code, err, out } = await runApp(folder, app, ...words, '--backend', 'reference')
    expect(code).toBeGreaterThan(0)
    expect(out).toBe('')
    expect(err).toMatch(message)
    expect(err).not.toMatch(/^\s+at /m)
  })

  test('a checkpoint of other words is refused', async () => {
    const file = join(folder, 'scenes/captioner.json')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('"red"', '"crimson"'))
    const { code, err } = await runApp(folder, app, 'evaluate', '--out', 'scenes', '--backend', 'reference')
    expect(code).toBe(1)
    expect(err).toContain('expected one that was trained with these words, received one of another vocabulary')
    writeFileSync(file, text)
  })
})

test('stopped and resumed, a run ends with the same figures as one that was left alone', async () => {
  const words = ['train', ...tiny, '--epochs', '5', '--json']
  const whole = await runApp(folder, app, ...words, '--out', 'whole')
  const run = startApp(folder, app, [...words, '--out', 'stopped'])
  await run.waitFor('Attention: epoch 1/')
  run.signal('SIGINT')
  const stopped = await run.ending
  expect(stopped.code).toBe(130)
  expect(stopped.err).toContain('everything so far is saved')
  expect(existsSync(join(folder, 'stopped/report.html'))).toBe(false)
  const resumed = await runApp(folder, app, 'train', '--resume', '--out', 'stopped', '--json')
  expect(resumed.err).not.toContain('epoch 1/')
  expect(readFigures(resumed.out)).toEqual(readFigures(whole.out))
})

test('clips: temporal attention beside the mean of the frames', async () => {
  const words = ['train', '--video', ...tiny, '--epochs', '1', '--out', 'clips', '--json']
  const { code, out, err } = await runApp(folder, app, ...words)
  expect({ code, err }).toEqual({ code: 0, err })
  expect(err).toMatch(/Temporal attention .*\n.*Mean of the frames/)
  expect(readFigures(out).exact).toBeGreaterThanOrEqual(0)
  expect(readFileSync(join(folder, 'clips/report.html'), 'utf8')).toContain('How much each frame weighed')
  // A sentence about a folder of frames.
  mkdirSync(join(folder, 'frames'))
  for (const frame of [1, 2, 10]) writeFileSync(join(folder, `frames/${frame}.png`), makePicture(frame / 10, 0, 0))
  const said = await runApp(folder, app, 'caption', '--out', 'clips', '--backend', 'reference', 'frames')
  expect(said.code).toBe(0)
  expect(said.out).toContain('frames:')
})

describe('a folder of pictures', () => {
  /** Twenty pictures, red or blue, and what is wrong besides. */
  function makeData(name: string): string {
    const data = join(folder, name)
    mkdirSync(join(data, 'images'), { recursive: true })
    const lines = ['image,caption']
    for (let i = 0; i < 20; i++) {
      const isRed = i % 2 === 0
      writeFileSync(join(data, `images/p${i}.png`), makePicture(isRed ? 1 : 0, i / 40, isRed ? 0 : 1))
      lines.push(
        `p${i}.png,"A ${isRed ? 'red' : 'blue'} picture , all of it ."`,
        `p${i}.png,Everything is ${isRed ? 'red' : 'blue'} .`,
      )
    }
    writeFileSync(join(data, 'images/broken.png'), makePicture(0, 0, 0).subarray(0, 60))
    writeFileSync(join(data, 'images/quiet.png'), makePicture(0, 1, 0))
    lines.push('broken.png,A broken picture .', 'gone.png,Nothing is here .', 'p0.png, ', 'p1.png,Bizarre !')
    writeFileSync(join(data, 'captions.txt'), `${lines.join('\n')}\n`)
    return data
  }

  test('what cannot be used is counted, pixels are kept, and evaluate measures the same', async () => {
    const data = makeData('pictures')
    const words = ['--data', data, ...tiny, '--minimum-count', '2', '--epochs', '2', '--out', 'real', '--json']
    const { code, out, err } = await runApp(folder, app, 'train', ...words)
    expect({ code, err }).toEqual({ code: 0, err })
    expect(err).toContain('Left out: 1 captions without their image, such as gone.png.')
    expect(err).toContain('Left out: 1 images without captions, such as quiet.png.')
    expect(err).toContain('Left out: 1 empty captions.')
    expect(err).toMatch(/Left out: 1 that could not be decoded, such as broken\.png/)
    const figures = readFigures(out)
    expect(figures.exact).toBeNull()
    expect(readdirSync(join(folder, 'runs/image-captioning/cache')).length).toBe(1)
    // The encoder of that run for another one, which stays as it is.
    const other = [
      '--data',
      data,
      ...tiny,
      '--encoder',
      'real/encoder.safetensors',
      '--epochs',
      '1',
      '--out',
      'other',
      '--json',
    ]
    expect((await runApp(folder, app, 'train', ...other)).code).toBe(0)
    const encoders = ['real', 'other'].map((run) => readFileSync(join(folder, run, 'encoder.safetensors')))
    expect(encoders[0]?.equals(encoders[1] as Buffer)).toBe(true)
  })

  test.each<[string, (data: string) => void, RegExp]>([
    [
      'too few pictures',
      (data) => writeFileSync(join(data, 'captions.txt'), 'image,caption\np1.png,A picture\n'),
      /at least 10 images that can be used, received 1/,
    ],
  ])('refuses %s in one sentence, and leaves no run', async (name, spoil, message) => {
    const data = makeData(name)
    spoil(data)
    const { code, err } = await runApp(folder, app, 'train', '--data', data, ...tiny, '--out', `out of ${name}`)
    expect(code).toBe(1)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/^\s+at /m)
    expect(existsSync(join(folder, `out of ${name}`))).toBe(false)
  })
})
