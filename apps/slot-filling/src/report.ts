// The page of a run: the table, the sentences that decide, what hashing does, learning curves, and sentences with their slots.
import type { Backend } from '@deep-recipe/core-tensor'
import { formatChunkScores } from '@deep-recipe/sequence-losses'
import { createReport, type Report, type TaggedText, writeReport } from '@deep-recipe/training'
import type { Contrast } from './data/contrast.ts'
import type { SlotData } from './data/load-data.ts'
import type { Answer } from './network/apply-tagger.ts'
import type { Settings } from './options.ts'
import { chooseBest, type Row } from './results.ts'
import type { ContrastRow } from './show/contrast-table.ts'
import { formatIntent, listSlotNames, toTaggedSpans } from './show/show-sentence.ts'
import type { Coder } from './text/coder.ts'
import type { TrainedTagger } from './training/train-tagger.ts'

/** What the page tells of. */
export interface TaggingResult {
  readonly data: SlotData
  readonly coder: Coder
  readonly trained: readonly TrainedTagger[]
  /** Answers of each network to the test sentences. */
  readonly answers: readonly (readonly Answer[])[]
  readonly rows: readonly Row[]
  readonly contrast: Contrast | undefined
  readonly contrasts: readonly ContrastRow[]
  readonly settings: Settings
  readonly seconds: number
  readonly backend: Backend
}

/** Writes the page. */
export async function writeTaggingReport(path: string, result: TaggingResult): Promise<void> {
  const { data, coder, rows, settings, backend, seconds } = result
  const best = chooseBest(rows)
  const report = createReport({
    title: 'Words to slots',
    subtitle: `${data.train.length} training sentences (${data.source}), ${coder.vocabulary.words.length} words, ${coder.tags.length} tags, ${settings.network.units} units, ${Math.round(seconds)} s on ${backend.description}.`,
  })
  const plain = rows.find(({ model }) => model === 'feed-forward')
  report.keyFigures([
    { label: `${best.title}, chunk F1`, value: percent(best.test.scores.f1), note: 'best on the validation sentences' },
    ...(plain && plain !== best ? [{ label: `${plain.title}, chunk F1`, value: percent(plain.test.scores.f1) }] : []),
    ...(best.test.intentAccuracy === undefined ? [] : [{ label: 'Intents', value: percent(best.test.intentAccuracy) }]),
  ])
  addTable(report, result)
  addContrast(report, result)
  addHashing(report, result)
  addCurves(report, result)
  addSlots(report, result)
  addSentences(report, result)
  await writeReport(report, path)
}

function addTable(report: Report, { rows, data }: TaggingResult): void {
  report.heading('What a network must see')
  report.table({
    columns: [
      'network',
      { name: 'F1', digits: 2, best: 'largest' },
      { name: 'precision', digits: 2 },
      { name: 'recall', digits: 2 },
      { name: 'intents', digits: 2, best: 'largest' },
      { name: 'parameters', digits: 0 },
      'sees',
    ],
    rows: rows.map(({ title, sees, parameters, test }) => [
      title,
      100 * test.scores.f1,
      100 * test.scores.precision,
      100 * test.scores.recall,
      test.intentAccuracy === undefined ? null : 100 * test.intentAccuracy,
      parameters,
      sees,
    ]),
    caption: `Percent, on ${data.test.length} test sentences; chunks counted as conlleval does. The best network is chosen on ${data.validation.length} validation sentences.`,
  })
}

/** The same word in two sentences. */
function addContrast(report: Report, { contrast, contrasts }: TaggingResult): void {
  if (!contrast) return
  const [first, second] = contrast.sides
  report.heading(`One word, two meanings: ${contrast.word}`)
  report.paragraph(
    `In “${first.words.join(' ')}” it is ${first.tag.slice(2)}, in “${second.words.join(' ')}” ${second.tag.slice(2)}. A network that sees the word alone must give the same probabilities in both, and so is wrong in one of them.`,
  )
  report.table({
    columns: [
      'network',
      ...[1, 2].flatMap((sentence) =>
        contrast.sides.map(({ tag }) => ({ name: `${sentence}: ${tag.slice(2)}`, digits: 3 })),
      ),
    ],
    rows: contrasts.map(({ title, shares }) => [title, ...shares.flat()]),
    caption: `Probabilities of both tags of “${contrast.word}” in sentence 1, “${first.words.join(' ')}”, and in sentence 2, “${second.words.join(' ')}”.`,
  })
}

/** With and without trigrams. */
function addHashing(report: Report, { rows }: TaggingResult): void {
  const without = rows.find(({ hashing }) => !hashing)
  const hashed = without && rows.find(({ model, hashing }) => hashing && model === without.model)
  if (!without || !hashed) return
  report.heading('Word hashing and words never seen')
  report.paragraph(
    'A word that training lacks is “other” to a network of words alone. With letter trigrams (#ap, app, ppl, ple, le#) it still resembles words that were seen. Same network, same training, with and without.',
  )
  const { unseen } = hashed.test
  report.table({
    columns: [
      'network',
      { name: 'F1', digits: 2, best: 'largest' },
      { name: 'right tags of unseen words', digits: 2, best: 'largest' },
      { name: 'slots with an unseen word, found', digits: 2, best: 'largest' },
    ],
    rows: [hashed, without].map(({ hashing, test }) => [
      hashing ? 'with trigrams' : 'without',
      100 * test.scores.f1,
      test.unseen.words > 0 ? 100 * test.unseen.accuracy : null,
      test.unseen.chunks > 0 ? 100 * test.unseen.recall : null,
    ]),
    caption: `Percent. The test sentences hold ${unseen.words} words that training lacks, in ${unseen.chunks} slots.`,
  })
}

function addCurves(report: Report, { trained, rows }: TaggingResult): void {
  report.heading('Learning curves')
  const title = (at: number): string => (rows[at] as Row).title
  report.curves({
    charts: [
      {
        title: 'F1 on the validation sentences',
        curves: trained.map(({ validation }, at) => ({
          run: title(at),
          name: 'validation',
          y: validation.f1.map((share) => 100 * share),
        })),
      },
      {
        title: 'Training loss',
        logarithmic: true,
        curves: trained.map(({ history }, at) => ({
          run: title(at),
          name: 'loss',
          y: history.map(({ train }) => train.loss ?? Number.NaN),
        })),
      },
    ],
    caption: 'Percent, and nats a sentence (tags and intent together), by epoch.',
  })
}

/** Slot by slot, as conlleval prints it. */
function addSlots(report: Report, { rows }: TaggingResult): void {
  const best = chooseBest(rows)
  report.heading(`Slot by slot: ${best.title}`)
  report.monospaced(
    formatChunkScores(best.test.scores),
    'Correct, expected and predicted slots of each kind, then their measures: the output of conlleval.',
  )
}

/** Sentences shown of each kind. */
const shown = { right: 6, wrong: 10 }

/** Test sentences with the slots that the best network finds: some that it reads without an error, and some where it errs. */
function addSentences(report: Report, { data, coder, rows, answers }: TaggingResult): void {
  const best = rows.indexOf(chooseBest(rows))
  const tags = listSlotNames(coder.tags)
  const sentences = data.test.map(({ words, tags: expected, intent }, at): Judged => {
    const said = answers[best]?.[at] as Answer
    const right: Answer = { tags: expected, probabilities: expected.map(() => 1), intent, intentProbability: 1 }
    return { words, said, right, isRight: expected.join() === said.tags.join() }
  })
  const right = sentences.filter(({ isRight }) => isRight)
  const wrong = sentences.filter(({ isRight }) => !isRight)
  report.heading('Sentences and their slots')
  report.paragraph(`${rows[best]?.title} tags ${right.length} of ${sentences.length} test sentences without an error:`)
  report.taggedTexts({
    texts: right.slice(0, shown.right).map(({ words, said }) => showAnswer(words, said)),
    tags,
    caption: 'Slots with the probability that all of their words are tagged so, and the intent with its own.',
  })
  if (wrong.length === 0) return
  report.heading('Where it errs')
  report.taggedTexts({
    texts: wrong.slice(0, shown.wrong).flatMap(({ words, said, right }) => [
      { ...showAnswer(words, said), label: 'said', tone: 'bad' as const },
      {
        spans: toTaggedSpans(words, right),
        label: 'right',
        tone: 'good' as const,
        ...(right.intent !== undefined && { note: right.intent }),
      },
    ]),
    tags,
    caption: `The first ${Math.min(shown.wrong, wrong.length)} of ${wrong.length} sentences with an error.`,
  })
}

/** A test sentence, what the network says of it, and what it should say. */
interface Judged {
  readonly words: readonly string[]
  readonly said: Answer
  readonly right: Answer
  readonly isRight: boolean
}

function showAnswer(words: readonly string[], answer: Answer): TaggedText {
  const intent = formatIntent(answer)
  return { spans: toTaggedSpans(words, answer), ...(intent !== undefined && { note: intent }) }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}
