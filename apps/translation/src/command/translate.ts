// The command `translate`: sentences from the command line or from standard input, with what the network looked at.
import { join } from 'node:path'
import {
  type CommandContext,
  choiceOption,
  defineCommand,
  integerOption,
  type OptionKind,
  type OptionValues,
  UsageError,
} from '@deep-recipe/app-kit'
import { readLines } from '@deep-recipe/datasets/words'
import type { ModelKind } from '../model/network.ts'
import { makeTranslator, type Translation, type Translator } from '../model/translator.ts'
import { drawAlignment } from '../result/alignment.ts'
import { writeAlignments } from '../result/report.ts'
import { splitSentence } from '../text/languages.ts'
import { loadNetwork, type RunVocabulary, readVocabulary } from './run-files.ts'
import { chooseSettings } from './settings.ts'

const translateOptions: {
  readonly model: OptionKind<ModelKind | undefined>
  readonly best: OptionKind<number>
  readonly beams: OptionKind<number>
} = {
  model: choiceOption(['plain', 'attention'], {
    description: 'Which network answers (default: the one with attention, if the run has it)',
  }),
  best: integerOption({ description: 'Translations of each sentence', default: 1, least: 1, most: 64 }),
  beams: integerOption({ description: 'Sequences followed at once', default: 5, least: 1, most: 64 }),
}

/** Longer sentences are refused. */
const longest = 200
/** Lines of standard input that are translated together. */
const together = 32

export const translate: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Translate sentences, and show what the network looks at',
  without: ['data', 'seed'],
  options: translateOptions,
  run: 'last',
  operands: { name: '[sentence...]', description: 'Sentences; without any, the lines of standard input' },
  examples: [
    ['translate "we want to learn machine learning."', 'one sentence, with its alignment'],
    ['translate --best 5 "machine learning"', 'the five best translations'],
    ['translate < sentences.txt', 'every line of a file, a translation a line'],
  ],
  async start(context) {
    const { options, operands, trained, log, openBackend } = context
    const record = trained?.options ?? {}
    const settings = chooseSettings(record)
    const vocabulary = await readVocabulary(options.out)
    for (const sentence of operands) checkSentence(sentence, vocabulary)
    const kind = options.model ?? (settings.kinds.includes('attention') ? 'attention' : 'plain')
    const network = await loadNetwork(options.out, kind, vocabulary, Number(record.epochs), log)
    const best = Math.min(options.best, options.beams)
    const translator = makeTranslator(await openBackend(), network.network, network.params, vocabulary.codecs, {
      beams: options.beams,
      best,
      batchSize: operands.length > 0 ? Math.min(together, operands.length) : together,
    })
    try {
      if (operands.length > 0) await translateOperands(context, translator)
      else await translateLines(context, translator, vocabulary)
    } finally {
      translator.dispose()
    }
  },
})

type Context = CommandContext<OptionValues<typeof translateOptions>>

async function translateOperands(
  { options, operands, log, print, output }: Context,
  translator: Translator,
): Promise<void> {
  const found = await translator.translate(operands)
  found.forEach((list) => {
    for (const one of list) print(list.length > 1 ? `${one.score.toFixed(2)}  ${one.text}` : one.text)
    const picture = list[0] ? drawAlignment(list[0]) : []
    if (picture.length > 0) print(`\n${picture.join('\n')}\n`)
  })
  const firsts = found.flatMap((list) => list.slice(0, 1))
  if (firsts.some(({ weights }) => weights.length > 0)) {
    const path = join(options.out, 'alignments.html')
    await writeAlignments(path, firsts)
    log(`Alignments: ${path}`)
  }
  output({ translations: found.flat().map(toJson) })
}

/** A translation for each line, as they come; an empty line for one that is refused, so that lines stay beside each other. */
async function translateLines(
  { options, signal, log, print, output }: Context,
  translator: Translator,
  vocabulary: RunVocabulary,
): Promise<void> {
  let waiting: string[] = []
  const all: ReturnType<typeof toJson>[] = []
  const flush = async (): Promise<void> => {
    signal.throwIfAborted()
    for (const list of await translator.translate(waiting)) {
      print(list[0]?.text ?? '')
      if (options.json) all.push(...list.map(toJson))
    }
    waiting = []
  }
  for await (const { text, number } of readLines(process.stdin, {
    name: 'standard input',
    maximumLineBytes: 2 ** 16,
  })) {
    try {
      checkSentence(text, vocabulary)
      waiting.push(text)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      if (text.trim() !== '') log(`Line ${number}: ${error.message}`)
      waiting.push('')
    }
    if (waiting.length >= together) await flush()
  }
  if (waiting.length > 0) await flush()
  output({ translations: all })
}

function checkSentence(sentence: string, { codecs }: RunVocabulary): void {
  const words = splitSentence(sentence, codecs.source.language).length
  if (words > 0 && words <= longest) return
  throw new UsageError({
    what: 'translate',
    expected: `sentences of 1 to ${longest} words`,
    received: words === 0 ? 'an empty one' : `${words} words`,
    remedy: words === 0 ? 'Give a sentence in quotation marks.' : 'Translate it sentence by sentence.',
  })
}

function toJson({ source, text, score, sourcePieces, targetPieces, weights }: Translation) {
  return {
    source,
    text,
    score,
    read: [...sourcePieces],
    said: [...targetPieces],
    weights: weights.map((row) => [...row]),
  }
}
