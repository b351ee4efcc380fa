// The command `predict`: verdicts on sentences, with the words that speak for them.
import { choiceOption, defineCommand, textOption, UsageError } from '@deep-recipe/app-kit'
import { type Backend, RecipeError } from '@deep-recipe/core-tensor'
import { readLines, tokenize } from '@deep-recipe/datasets/words'
import { createReport, type JsonRecord, type MarkedText, writeReport } from '@deep-recipe/training'
import { colourVerdict, colourWords, showsColours } from './colour.ts'
import type { Encoder } from './encoder.ts'
import { type ExplainMethod, longestOcclusion, makeExplainer } from './explain.ts'
import { groupArrivals } from './group-lines.ts'
import { loadRun, type SavedRun } from './saved-run.ts'
import { averageAll, makeScorer } from './scoring.ts'

/** Longest sentence that is taken. */
const mostWords = 20_000
/** Sentences on a page. */
const mostOnPage = 1000
const groupSize = 128

export const predict: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Judge sentences: those given, or the lines of standard input',
  without: ['data', 'seed'],
  options: {
    explain: choiceOption(['occlusion', 'gradient', 'attention'], {
      description:
        'How words are weighed: by leaving each out, by the gradient along its vector, or by where attention looks (default: occlusion where colours, --json or --html show it)',
    }),
    html: textOption({ description: 'File for a page with the words in colour' }),
  },
  operands: { name: '[sentence...]', description: 'sentences, each in quotes; without any, lines of standard input' },
  examples: [
    ['predict "the plot is not dull at all"', 'one sentence, its words in colour'],
    ['predict --html verdicts.html < sentences.txt', 'each line, and a page to look at'],
    ['predict --explain gradient --json "a long and winding film"', 'the weight of each word as JSON'],
  ],
  async start({ options, operands, trained, signal, resolvePath, log, print, output, openBackend }) {
    requireText(operands)
    const run = await loadRun(options.out, trained, log)
    const isColoured = showsColours(process.stdout, process.env) && !options.json
    const isSeen = isColoured || options.json || options.html !== undefined
    const method = options.explain ?? (isSeen ? 'occlusion' : undefined)
    if (method === 'attention') requireAttention(run)
    const lines = chooseLines(operands)
    const judge = makeJudge(run, method, await openBackend())
    const format = isColoured ? formatColoured : process.stdout.isTTY ? formatPlain : formatColumns
    const kept: Judgement[] = []
    let count = 0
    // Ctrl-C while the next line lets itself be waited for.
    signal.addEventListener('abort', () => process.stdin.destroy(), { once: true })
    try {
      for await (const group of groupArrivals(lines, groupSize)) {
        signal.throwIfAborted()
        for (const judgement of await judge.judge(group)) {
          count++
          if (options.json || (options.html !== undefined && kept.length < mostOnPage)) kept.push(judgement)
          print(format(judgement))
        }
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    } finally {
      judge.dispose()
    }
    signal.throwIfAborted()
    if (count === 0) failForLackOfText()
    if (options.html !== undefined) {
      const path = resolvePath(options.html)
      await writePage(path, kept.slice(0, mostOnPage), method as ExplainMethod)
      log(`Page: ${path}${count > mostOnPage ? ` (the first ${mostOnPage} sentences)` : ''}`)
    }
    output({ predictions: kept.map(toRecord), explain: method ?? null })
  },
})

/** A sentence judged. */
interface Judgement {
  readonly text: string
  readonly words: readonly string[]
  /** Of positive; undefined for a line without words. */
  readonly probability: number | undefined
  readonly weights: readonly number[] | undefined
}

interface Line {
  readonly text: string
  /** For errors. */
  readonly name: string
}

async function* chooseLines(operands: readonly string[]): AsyncGenerator<Line> {
  for (const [i, text] of operands.entries()) yield { text, name: `Sentence ${i + 1}` }
  if (operands.length > 0) return
  for await (const { text, number } of readLines(process.stdin, { name: 'Standard input' })) {
    yield { text, name: `Standard input, line ${number}` }
  }
}

/** Throws before anything is loaded where there is nothing to judge. */
function requireText(operands: readonly string[]): void {
  const empty = operands.find((text) => tokenize(text).length === 0)
  if (empty !== undefined) failForLackOfText(`'${empty}'`)
  if (operands.length === 0 && process.stdin.isTTY) failForLackOfText()
}

function failForLackOfText(received = 'none'): never {
  throw new UsageError({
    what: 'predict',
    expected: 'a sentence with at least one word',
    received,
    remedy: 'Put it in quotes after predict, or pipe lines into it.',
  })
}

function requireAttention({ networks }: SavedRun): void {
  if (networks.some(({ model }) => model.attend)) return
  throw new UsageError({
    what: '--explain attention',
    expected: 'a run with a network that attends',
    received: 'one that judges by its last steps alone',
    remedy: 'Take --explain occlusion, or train with --model attention.',
  })
}

interface Judge {
  /** In order; a line without words gets no verdict. */
  judge(lines: readonly Line[]): Promise<Judgement[]>
  dispose(): void
}

function makeJudge(run: SavedRun, method: ExplainMethod | undefined, backend: Backend): Judge {
  const { encoder, networks } = run
  const explainers = new Map<ExplainMethod, ReturnType<typeof makeExplainer>>()
  const explainBy = (own: ExplainMethod) => {
    const explainer = explainers.get(own) ?? makeExplainer(networks, own, backend)
    explainers.set(own, explainer)
    return explainer
  }
  const scorers = method ? [] : networks.map((network) => makeScorer(network, backend))
  const read = (line: Line): { readonly text: string; readonly words: readonly string[] } => {
    const words = tokenize(line.text)
    checkLength(line, words.length)
    return { text: line.text, words }
  }
  return {
    judge: async (lines) => {
      const sentences = lines.map(read)
      const results: Judgement[] = sentences.map((one) => ({ ...one, probability: undefined, weights: undefined }))
      const put = (
        places: readonly number[],
        probabilities: readonly number[],
        weights?: readonly (readonly number[])[],
      ) => {
        places.forEach((place, i) => {
          results[place] = { ...(results[place] as Judgement), probability: probabilities[i], weights: weights?.[i] }
        })
      }
      const some = sentences.flatMap(({ words }, place) => (words.length > 0 ? [place] : []))
      const encode = (places: readonly number[]): Int32Array[] => encodePlaces(places, sentences, encoder)
      if (method === undefined) {
        const all: number[][] = []
        for (const scorer of scorers) all.push(await scorer.score(encode(some)))
        put(some, averageAll(all))
        return results
      }
      const isLong = (place: number): boolean => (sentences[place]?.words.length ?? 0) > longestOcclusion
      const [long, short] = [some.filter(isLong), some.filter((place) => !isLong(place))]
      for (const [places, own] of [
        [short, method],
        [long, method === 'occlusion' ? 'gradient' : method],
      ] as const) {
        if (places.length === 0) continue
        const explained = await explainBy(own).explain(encode(places))
        put(
          places,
          explained.map(({ probability }) => probability),
          explained.map(({ weights }) => weights),
        )
      }
      return results
    },
    dispose: () => {
      for (const one of [...explainers.values(), ...scorers]) one.dispose()
    },
  }
}

function encodePlaces(
  places: readonly number[],
  sentences: readonly { readonly words: readonly string[] }[],
  encoder: Encoder,
): Int32Array[] {
  return places.map((place) => encoder.encode(sentences[place]?.words ?? []))
}

function checkLength({ name }: Line, count: number): void {
  if (count <= mostWords) return
  throw new RecipeError({
    what: name,
    expected: `at most ${mostWords} words`,
    received: String(count),
    remedy: 'Judge it in parts.',
  })
}

function verdictOf(probability: number): { readonly name: string; readonly share: number } {
  return { name: probability > 0.5 ? 'positive' : 'negative', share: Math.max(probability, 1 - probability) }
}

/** `positive  93.1 %  the plot is clever`, the words in colour. */
function formatColoured({ words, probability, weights }: Judgement): string {
  if (probability === undefined) return ''
  const { name, share } = verdictOf(probability)
  const verdict = `${name} ${(100 * share).toFixed(1).padStart(5)} %`
  return `${colourVerdict(verdict, name === 'positive')}  ${colourWords(words, weights ?? [])}`
}

/** The same without colours. */
function formatPlain({ words, probability }: Judgement): string {
  if (probability === undefined) return ''
  const { name, share } = verdictOf(probability)
  return `${name} ${(100 * share).toFixed(1).padStart(5)} %  ${words.join(' ')}`
}

/** For pipes: verdict, probability of positive and the line as it came, apart by tabs; an empty line for an empty one. */
function formatColumns({ text, probability }: Judgement): string {
  return probability === undefined ? '' : [verdictOf(probability).name, probability.toFixed(4), text].join('\t')
}

function toRecord({ text, words, probability, weights }: Judgement): JsonRecord {
  return {
    text,
    verdict: probability === undefined ? null : verdictOf(probability).name,
    probability: probability ?? null,
    words: words.map((word, i) => ({ word, ...(weights && { weight: weights[i] ?? 0 }) })),
  }
}

const explanations: Readonly<Record<ExplainMethod, string>> = {
  occlusion: `Green words speak for praise, red ones for blame: by what the verdict loses without the word, in logits (in sentences of more than ${longestOcclusion} words, by gradient × word vector).`,
  gradient: 'Green words speak for praise, red ones for blame: by gradient × word vector, in logits.',
  attention: 'The greener a word, the more of it is in what the network judges by. That says nothing of the direction.',
}

async function writePage(path: string, judgements: readonly Judgement[], method: ExplainMethod): Promise<void> {
  const texts = judgements.flatMap(({ words, probability, weights }): MarkedText[] => {
    if (probability === undefined) return []
    const { name, share } = verdictOf(probability)
    return [
      {
        label: `${name} ${(100 * share).toFixed(1)} %`,
        tone: name === 'positive' ? 'good' : 'bad',
        words: words.map((text, i) => ({ text, weight: weights?.[i] ?? 0 })),
      },
    ]
  })
  const report = createReport({ title: 'Verdicts', subtitle: explanations[method] })
  await writeReport(report.markedTexts({ texts }), path)
}
