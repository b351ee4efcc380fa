// The command `transcribe`: the digits in recordings, with times and confidences, and a page that shows where they are.
import { join } from 'node:path'
import {
  type CommandContext,
  defineCommand,
  integerOption,
  type OptionKind,
  type OptionValues,
} from '@deep-recipe/app-kit'
import { type Backend, RecipeError } from '@deep-recipe/core-tensor'
import { SoundError } from '@deep-recipe/datasets/sound'
import { createReport, formatDuration, type Report, writeReport } from '@deep-recipe/training'
import { decode, type HeardDigit } from './decode.ts'
import { hear, prepareFeatures, rate } from './hearing.ts'
import { addUtterance } from './picture-section.ts'
import { openRecognizer, type Recognizer } from './recognize.ts'
import { settleRoom } from './room.ts'
import { loadNetwork } from './saved-run.ts'
import { cutSegments } from './segments.ts'
import { type OpenSound, openFile, openStandardInput } from './sound-source.ts'

const transcribeOptions: { readonly rate: OptionKind<number> } = {
  rate: integerOption({
    description: 'Samples a second of raw sound on standard input (16 bits, mono, little-endian)',
    default: 8000,
    least: 1000,
    most: 768_000,
  }),
}

type Context = CommandContext<OptionValues<typeof transcribeOptions>>

export const transcribe: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Write down the digits that are spoken in WAV files, or in sound on standard input',
  without: ['data', 'seed'],
  run: 'last',
  options: transcribeOptions,
  operands: { name: '[file...]', description: 'WAV files of any rate; - or none is standard input, WAV or raw' },
  examples: [
    ['transcribe voice.wav', 'digits, times, confidences, and a page with pictures'],
    ['transcribe *.wav --json | tail -1', 'many files, for programs'],
    ['transcribe --rate 16000 - < voice.raw', 'raw samples: 16 bits, mono'],
  ],
  start: runTranscription,
})

/** What was heard in one sound. */
interface Transcript {
  readonly name: string
  readonly seconds: number
  readonly tokens: readonly HeardDigit[]
}

async function runTranscription(context: Context): Promise<void> {
  const { options, operands, trained, log, print, output, openBackend } = context
  const saved = await loadNetwork(options.out, trained, log)
  const backend = await openBackend()
  const recognizer = openRecognizer(saved.network, saved.params, backend)
  const report = createReport({
    title: 'Transcripts',
    subtitle: `By the network in ${options.out}. Above, the energy of each mel filter; beneath it, a line for each digit from 9 down to 0, red where the network says it.`,
  })
  const names = operands.length === 0 ? ['-'] : operands
  const transcripts: Transcript[] = []
  try {
    for (const name of names) {
      try {
        const sound = await openSound(context, name)
        const transcript = await transcribeSound(context, sound, recognizer, report)
        transcripts.push(transcript)
        for (const line of describe(transcript)) print(line)
      } catch (error) {
        // One file that cannot be read does not keep the others from being heard.
        if (names.length === 1 || !(error instanceof SoundError)) throw error
        log(`Error: ${error.message}`)
      }
    }
  } finally {
    recognizer.dispose()
  }
  const path = join(options.out, 'transcripts.html')
  await writeReport(report, path)
  log(`Report: ${path}`)
  output(toFigures(transcripts, backend))
  if (transcripts.length < names.length) failForSome(names.length - transcripts.length, names.length)
}

function failForSome(failed: number, all: number): never {
  throw new RecipeError({
    what: 'transcribe',
    expected: `${all} sounds that can be read`,
    received: `${failed} that cannot, named above`,
    remedy: 'The others are written down.',
  })
}

function openSound({ options, resolvePath }: Context, name: string): Promise<OpenSound> {
  return name === '-' ? openStandardInput(process.stdin, options.rate) : openFile(resolvePath(name), name)
}

/** Softer than this is silence: a hundredth of a thousandth of what a file can hold. */
const silence = 1e-5
/** Pictures of one sound on the page. */
const mostPictures = 12

/** Hears a sound segment by segment: an hour takes no more memory than a minute. */
async function transcribeSound(
  { terminal, signal, log }: Context,
  sound: OpenSound,
  recognizer: Recognizer,
  report: Report,
): Promise<Transcript> {
  report.heading(sound.name)
  const tokens: HeardDigit[] = []
  let seconds = 0
  let loudest = 0
  let pictures = 0
  const total = sound.seconds === undefined ? undefined : Math.max(1, Math.ceil(sound.seconds))
  const progress = total === undefined ? undefined : terminal.startProgress({ title: sound.name, total })
  try {
    for await (const { samples, from } of cutSegments(sound.blocks)) {
      signal.throwIfAborted()
      seconds = from + samples.length / rate
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
      loudest = Math.max(loudest, peak)
      if (peak >= silence) {
        const settled = settleRoom(samples)
        const heard = decode(await recognizer.listen(prepareFeatures(settled.samples)), recognizer.stride)
        const shift = from + settled.from
        tokens.push(
          ...heard.tokens.map((token) => ({
            ...token,
            from: Math.max(0, token.from + shift),
            to: Math.min(seconds, token.to + shift),
          })),
        )
        if (pictures++ < mostPictures) {
          const features = hear(settled.samples)
          const caption = `from ${Math.max(0, shift).toFixed(2)} s: ${heard.digits.join(' ') || 'no digit'}`
          addUtterance(report, { caption, features, heard, stride: recognizer.stride, from: shift })
        }
      }
      progress?.update(Math.min(total as number, Math.floor(seconds)))
    }
  } finally {
    progress?.finish()
  }
  if (seconds === 0) log(`${sound.name}: no samples.`)
  else if (loudest < silence) log(`${sound.name}: silence.`)
  else if (loudest < 0.003)
    log(`${sound.name}: very soft, its loudest sample is ${loudest.toExponential(1)} of what a file can hold.`)
  if (sound.seconds !== undefined && seconds < sound.seconds - 0.05) {
    log(`${sound.name}: cut off after ${seconds.toFixed(2)} s; its header promises ${sound.seconds.toFixed(2)} s.`)
  }
  if (pictures > mostPictures) report.paragraph(`${pictures - mostPictures} more segments without pictures.`)
  if (tokens.length === 0) report.paragraph('No digit.')
  return { name: sound.name, seconds, tokens }
}

function describe({ name, seconds, tokens }: Transcript): string[] {
  const text = tokens.map(({ digit }) => digit).join('')
  const lines = tokens.map(
    ({ digit, from, to, confidence }) =>
      `  ${`${from.toFixed(2)}–${to.toFixed(2)} s`.padEnd(18)} ${digit}  ${(100 * confidence).toFixed(1)} %`,
  )
  return [
    `${name}: ${text || 'no digit'}  (${seconds < 60 ? `${seconds.toFixed(2)} s` : formatDuration(seconds)})`,
    ...lines,
  ]
}

function toFigures(transcripts: readonly Transcript[], backend: Backend) {
  const round = (value: number): number => Number(value.toFixed(4))
  return {
    transcripts: transcripts.map(({ name, seconds, tokens }) => ({
      name,
      digits: tokens.map(({ digit }) => digit).join(''),
      seconds: round(seconds),
      tokens: tokens.map(({ digit, from, to, confidence }) => ({
        digit,
        from: round(from),
        to: round(to),
        confidence: round(confidence),
      })),
    })),
    backend: backend.name,
  }
}
