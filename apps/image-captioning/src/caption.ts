// The command `caption`: what a trained captioner says of pictures, and where it looked for each word.
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { defineCommand, integerOption, UsageError } from '@deep-recipe/app-kit'
import type { HostArray } from '@deep-recipe/core-tensor'
import { createReport, type Report, writeReport } from '@deep-recipe/training'
import { drawAttention } from './attention-pictures.ts'
import { addClip } from './clip-pictures.ts'
import type { Views } from './examples.ts'
import { describePreparation, listFrames } from './folder-data.ts'
import { openNetwork } from './load-data.ts'
import { gridOf } from './measure.ts'
import { chooseSettings } from './options.ts'
import { readPicture } from './read-image.ts'
import { loadCaptioner } from './run-file.ts'
import { makeSpeaker, type Saying } from './say.ts'

/** Side of the pictures on the page, pixels. */
const side = 192

export const caption: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Say what pictures (or, after train --video, clips) show, with where it was looked for each word',
  without: ['data', 'seed'],
  run: 'last',
  options: {
    best: integerOption({ description: 'Captions for each picture', default: 3, least: 1, most: 20 }),
    beams: integerOption({ description: 'Captions that are followed at once', default: 5, least: 1, most: 50 }),
  },
  operands: { name: '<picture...>', description: 'Image files of any kind; for clips, folders of frames' },
  examples: [
    ['caption beach.jpg dog.png', 'three captions each, and captions.html with the attention maps'],
    ['caption --best 5 --json beach.jpg', 'five captions as JSON'],
    ['caption --out runs/clips frames/', 'a sentence about a clip, with a run of train --video'],
  ],
  async start(context) {
    const { options, operands, trained, resolvePath, log, print, output, openBackend } = context
    const { captioner, vocabulary, params, size, frames, warnings } = await loadCaptioner(options.out)
    for (const warning of warnings) log(warning)
    const { settings } = captioner
    const isVideo = settings.kind === 'clips'
    const network =
      settings.kind === 'features'
        ? await openNetwork(chooseSettings(trained?.options ?? {}), context, false)
        : undefined
    const preparation = describePreparation({ size, frames, video: isVideo, network })
    const files = await Promise.all(operands.map((operand) => listFiles(operand, resolvePath(operand), isVideo)))
    const prepared: (Uint8Array | Float32Array)[] = []
    const pictures: HostArray[] = []
    for (const [index, own] of files.entries()) {
      const bytes = await Promise.all(own.map((file) => readFile(file)))
      const source = { name: operands[index] ?? '', files: own }
      prepared.push(await preparation.prepare(bytes, source))
      if (!isVideo) pictures.push(await readPicture(bytes[0] ?? new Uint8Array(0), side, source.name))
    }
    const views: Views = {
      count: prepared.length,
      shape: preparation.shape,
      read: (index) => prepared[index] as Uint8Array,
    }
    const backend = await openBackend()
    const { best } = options
    const speaker = makeSpeaker(backend, captioner, params, vocabulary, { beams: Math.max(options.beams, best), best })
    const sayings = await speaker.say(views, context.signal).finally(() => speaker.dispose())

    const report = createReport({
      title: isVideo ? 'What happened' : 'What it saw',
      subtitle: `Captions of the run in ${options.out}, on ${backend.description}.`,
    })
    const grid = gridOf(settings)
    for (const [index, own] of sayings.entries()) {
      const name = operands[index] ?? ''
      print(`${name}:`)
      for (const { text, logProbability } of own) print(`  ${logProbability.toFixed(2).padStart(7)}  ${text}`)
      report.heading(basename(name))
      report.table({
        columns: ['caption', { name: 'log probability', digits: 2 }],
        rows: own.map(({ text, logProbability }) => [text, logProbability]),
      })
      const [first] = own
      if (first && isVideo) addClip(report, prepared[index] as Uint8Array, { frames, size }, first, `“${first.text}”`)
      else if (first) addPicture(report, pictures[index] as HostArray, first, grid)
    }
    const path = join(options.out, 'captions.html')
    await writeReport(report, path)
    log(`Attention: ${path}`)
    output({
      captions: sayings.map((own, index) => ({
        name: operands[index] ?? '',
        captions: own.map(({ text, logProbability }) => ({ text, logProbability })),
      })),
      report: path,
      backend: backend.name,
    })
  },
})

/** The files of an operand: itself, or the frames in it. */
async function listFiles(operand: string, path: string, isVideo: boolean): Promise<string[]> {
  const remedy = isVideo
    ? 'Give a folder of frames, or a run that was trained without --video.'
    : 'Give an image file, or a run that was trained with --video.'
  const found = await stat(path).catch(() => undefined)
  const frames = found?.isDirectory() ? await listFrames(path) : undefined
  const received = !found
    ? 'nothing of that name'
    : !found.isDirectory()
      ? 'a file'
      : `a folder of ${frames?.length ?? 0} images`
  if (isVideo && frames && frames.length > 0) return frames
  if (!isVideo && found?.isFile()) return [path]
  throw new UsageError({ what: operand, expected: isVideo ? 'a folder of frames' : 'an image file', received, remedy })
}

function addPicture(report: Report, picture: HostArray, saying: Saying, grid: readonly [number, number]): void {
  if (saying.weights.length === 0) {
    report.images({ images: [{ image: picture, caption: saying.text }], width: side })
    return
  }
  report.images({
    images: drawAttention(picture, { ...saying, text: 'the picture' }, grid),
    width: 144,
    caption: `“${saying.text}” Bright is where it looked when it said the word.`,
  })
}
