// The command `predict`: the slots of sentences, from the command line or from a pipe.
import { type CommandContext, defineCommand, textOption, UsageError } from '@deep-recipe/app-kit'
import { readLines, splitWords } from '@deep-recipe/datasets/words'
import type { JsonRecord } from '@deep-recipe/training'
import { type LoadedNetwork, loadNetworks, openRun } from './evaluate.ts'
import type { Answer } from './network/apply-tagger.ts'
import { nameVariant } from './options.ts'
import { wantsColor } from './show/paint.ts'
import { formatSentence, listSlotNames, listSlots } from './show/show-sentence.ts'
import type { Coder } from './text/coder.ts'
import { normalizeWord } from './text/normalize.ts'
import { bestF1 } from './training/keep-best.ts'

/** A line to answer. */
type Request = { readonly words: readonly string[]; readonly line: number }

export const predict: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Find the slots of sentences: given as arguments, or a line each on standard input',
  without: ['data', 'seed'],
  options: {
    model: textOption({ description: 'Network that answers (default: the best on the validation sentences)' }),
  },
  operands: {
    name: '[sentence...]',
    description: 'Sentences, each in quotes; without any, lines are read from standard input',
  },
  examples: [
    ['predict "arrive Taipei on November 2nd"', 'one sentence'],
    ['predict < sentences.txt > slots.txt', 'a sentence a line; no colours in files, nor with NO_COLOR=1'],
    ['predict --model lstm --json "leave Taipei"', 'another network, the slots as JSON'],
  ],
  async start(context) {
    const { options, operands, trained, log, print, output, openBackend, signal } = context
    const run = await openRun(options.out, trained, log)
    const typed = readOperands(operands, run.coder)
    if (typed.length === 0 && process.stdin.isTTY) log('Type sentences, one a line; Ctrl-D ends.')
    const backend = await openBackend()
    const network = chooseNetwork(await loadNetworks(run, backend, options.model))
    const style = {
      color: !options.json && wantsColor(process.stdout, process.env),
      slots: listSlotNames(run.coder.tags),
    }
    const records: JsonRecord[] = []
    for await (const requests of typed.length > 0 ? [typed] : readPipe(run.coder, log)) {
      signal.throwIfAborted()
      const words = requests.map((request) => request.words)
      const answers = await network.runner.answer(network.params, words, signal)
      for (const [at, request] of requests.entries()) {
        const answer = answers[at] as Answer
        print(formatSentence(request.words, answer, style))
        if (options.json) records.push(toRecord(request.words, answer))
      }
    }
    output({ model: nameVariant(network.variant, run.settings), sentences: records, backend: backend.name })
  },
})

/** The best of these on the validation sentences. */
function chooseNetwork(networks: readonly LoadedNetwork[]): LoadedNetwork {
  return networks.reduce((best, one) => (bestF1(one.validation) > bestF1(best.validation) ? one : best))
}

function readOperands(operands: readonly string[], coder: Coder): Request[] {
  return operands.map((text, at) => {
    const words = cutWords(text, coder)
    if (words.length > 0) return { words, line: at + 1 }
    throw new UsageError({
      what: `Sentence ${at + 1}`,
      expected: 'at least one word',
      received: 'none',
      remedy: 'Put the sentence in quotes: predict "arrive Taipei on November 2nd".',
    })
  })
}

/** Lines answered together: as many as are there already, so that a person gets an answer at once and a file goes fast. */
const mostTogether = 64

/** The lines of standard input. One without words gets an empty line, so that lines in and out stay side by side. */
async function* readPipe(coder: Coder, log: CommandContext<unknown>['log']): AsyncGenerator<Request[]> {
  let waiting: Request[] = []
  const isPerson = process.stdin.isTTY
  for await (const { text, number } of readLines(process.stdin, { name: 'standard input' })) {
    const words = cutWords(text, coder)
    if (words.length === 0) log(`standard input, line ${number}: no words.`)
    waiting.push({ words, line: number })
    if (!isPerson && waiting.length < mostTogether) continue
    yield waiting
    waiting = []
  }
  if (waiting.length > 0) yield waiting
}

/** Words at spaces; marks at the end of a word stand apart, unless training had it with them, such as `st.`. */
export function cutWords(text: string, { vocabulary }: Pick<Coder, 'vocabulary'>): string[] {
  return splitWords(text).flatMap((word) => {
    if (vocabulary.has(normalizeWord(word))) return [word]
    const [, start = '', marks = ''] = /^(.*?)([.,;:!?]*)$/u.exec(word) ?? []
    return start === '' ? [word] : [start, ...marks]
  })
}

function toRecord(words: readonly string[], answer: Answer): JsonRecord {
  return {
    words: [...words],
    tags: [...answer.tags],
    probabilities: answer.probabilities.map(round),
    slots: listSlots(words, answer).map((slot) => ({ ...slot, probability: round(slot.probability) })),
    intent: answer.intent ?? null,
    intentProbability: answer.intentProbability === undefined ? null : round(answer.intentProbability),
  }
}

function round(share: number): number {
  return Number(share.toFixed(6))
}
