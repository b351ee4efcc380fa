// Precision, recall and F1 of chunks, such as slots: the measure of the CoNLL shared tasks. The rules are those of conlleval,
// the script that all published figures come from (E. Tjong Kim Sang, version of 2004-01-26), for whatever tags it is given.
import { RecipeError } from '@deep-recipe/core-tensor'

/** A run of words with one meaning. */
export interface Chunk {
  /** What stands after `B-` or `I-`. */
  readonly type: string
  /** Its first word, from 0. */
  readonly start: number
  /** The word after its last one. */
  readonly end: number
}

/** How well chunks were found. */
export interface ChunkScore {
  /** Chunks of the right type, from the right first to the right last word. */
  readonly correct: number
  /** Chunks there are. */
  readonly expected: number
  /** Chunks that were predicted. */
  readonly predicted: number
  /** correct / predicted, from 0 to 1; 0 where nothing was predicted. */
  readonly precision: number
  /** correct / expected; 0 where there is nothing. */
  readonly recall: number
  /** 2 precision recall / (precision + recall); 0 where both are. */
  readonly f1: number
}

/** Scores of all chunks, and of those of each type. */
export interface ChunkScores extends ChunkScore {
  /** Share of the words with the right tag. */
  readonly accuracy: number
  /** Words. */
  readonly tokens: number
  /** Words with the right tag. */
  readonly rightTags: number
  /** By type, in alphabetical order; types that occur only among the predictions too. */
  readonly types: ReadonlyMap<string, ChunkScore>
}

/** `B-city` → B and city; `O` → O and nothing. */
type Tag = { readonly mark: string; readonly type: string }

const outside: Tag = { mark: 'O', type: '' }

/** Previous mark and this one, between which a chunk of the same type ends or begins. E ends a chunk, where it is used. */
const ends = new Set(['B B', 'B O', 'I B', 'I O', 'E E', 'E I', 'E O'])
const starts = new Set(['B B', 'I B', 'O B', 'O I', 'E E', 'E I', 'O E'])

/** Brackets are chunks of one word each. */
const isBracket = (mark: string): boolean => mark === '[' || mark === ']'
const isOutside = (mark: string): boolean => mark === 'O' || mark === '.'

function readTag(tag: string): Tag {
  const hyphen = tag.indexOf('-')
  if (hyphen < 0) return { mark: tag, type: '' }
  const type = tag.slice(hyphen + 1)
  // In Perl the text 0 is false, and so no type.
  return { mark: tag.slice(0, hyphen), type: type === '0' ? '' : type }
}

/** Whether a chunk ends between two words. */
function endsBetween(before: Tag, after: Tag): boolean {
  if (ends.has(`${before.mark} ${after.mark}`)) return true
  return (!isOutside(before.mark) && before.type !== after.type) || isBracket(before.mark)
}

/** Whether a chunk begins between two words: `I-x` begins one too, after `O` or another type. */
function startsBetween(before: Tag, after: Tag): boolean {
  if (starts.has(`${before.mark} ${after.mark}`)) return true
  return (!isOutside(after.mark) && before.type !== after.type) || isBracket(after.mark)
}

/** The chunks of a sentence, in its order. */
export function findChunks(tags: readonly string[]): Chunk[] {
  const chunks: Chunk[] = []
  let open: { readonly type: string; readonly start: number } | undefined
  let before = outside
  for (let at = 0; at <= tags.length; at++) {
    const after = at < tags.length ? readTag(tags[at] as string) : outside
    const begins = startsBetween(before, after)
    if (open && (begins || endsBetween(before, after))) {
      chunks.push({ ...open, end: at })
      open = undefined
    }
    if (begins) open = { type: after.type, start: at }
    before = after
  }
  return chunks
}

type Counts = { correct: number; expected: number; predicted: number }

/**
 * Scores predicted tags against the right ones, exactly as conlleval does.
 *
 * @param expected tags of the words of each sentence: `O`, `B-type`, `I-type`.
 * @param predicted as many sentences of as many words.
 * @throws RecipeError where sentences or words are not as many.
 */
export function scoreChunks(
  expected: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
): ChunkScores {
  checkEqual('scoreChunks: sentences', expected.length, predicted.length)
  const byType = new Map<string, Counts>()
  const countsOf = (type: string): Counts => {
    const known = byType.get(type) ?? { correct: 0, expected: 0, predicted: 0 }
    byType.set(type, known)
    return known
  }
  let tokens = 0
  let rightTags = 0
  expected.forEach((right, number) => {
    const guesses = predicted[number] as readonly string[]
    checkEqual(`scoreChunks: words of sentence ${number}`, right.length, guesses.length)
    let [rightBefore, guessBefore] = [outside, outside]
    // Within a chunk that began in both at once, with the same type, and has not ended in either.
    let matching = false
    // Each sentence ends outside: conlleval reads an empty line there.
    for (let at = 0; at <= right.length; at++) {
      const isWord = at < right.length
      const rightTag = isWord ? readTag(right[at] as string) : outside
      const guess = isWord ? readTag(guesses[at] as string) : outside
      if (matching) {
        const rightEnds = endsBetween(rightBefore, rightTag)
        const guessEnds = endsBetween(guessBefore, guess)
        if (rightEnds && guessEnds && rightBefore.type === guessBefore.type) {
          countsOf(rightBefore.type).correct++
          matching = false
        } else if (rightEnds !== guessEnds || rightTag.type !== guess.type) matching = false
      }
      const rightStarts = startsBetween(rightBefore, rightTag)
      const guessStarts = startsBetween(guessBefore, guess)
      if (rightStarts && guessStarts && rightTag.type === guess.type) matching = true
      if (rightStarts) countsOf(rightTag.type).expected++
      if (guessStarts) countsOf(guess.type).predicted++
      if (isWord) {
        tokens++
        if (rightTag.mark === guess.mark && rightTag.type === guess.type) rightTags++
      }
      rightBefore = rightTag
      guessBefore = guess
    }
  })
  const all: Counts = { correct: 0, expected: 0, predicted: 0 }
  for (const counts of byType.values()) {
    all.correct += counts.correct
    all.expected += counts.expected
    all.predicted += counts.predicted
  }
  const sorted = [...byType].sort(([left], [right]) => (left < right ? -1 : 1))
  return {
    ...toScore(all),
    accuracy: divide(rightTags, tokens),
    tokens,
    rightTags,
    types: new Map(sorted.map(([type, counts]) => [type, toScore(counts)])),
  }
}

/** The text that conlleval prints, digit for digit, for comparison with what others publish. */
export function formatChunkScores(scores: ChunkScores): string {
  const { tokens, rightTags, correct, expected, predicted } = scores
  const lines = [
    `processed ${tokens} tokens with ${expected} phrases; found: ${predicted} phrases; correct: ${correct}.`,
  ]
  if (tokens > 0) {
    const accuracy = formatPercent((100 * rightTags) / tokens)
    lines.push(`accuracy: ${accuracy}%; ${correct} ${expected} ${predicted} ${formatMeasures(scores)}`)
  }
  const count = (number: number): string => ` ${number}`.padStart(4)
  for (const [type, score] of scores.types) {
    const counts = `${count(score.correct)} ${count(score.expected)} ${count(score.predicted)}`
    lines.push(`${type.padStart(17)}: ${counts} ${formatMeasures(score)}  ${score.predicted}`)
  }
  return `${lines.join('\n')}\n`
}

/** In percent from the counts, and not from shares, so that the last digit is rounded alike. */
function formatMeasures({ correct, expected, predicted }: ChunkScore): string {
  const precision = divide(100 * correct, predicted)
  const recall = divide(100 * correct, expected)
  const f1 = divide(2 * precision * recall, precision + recall)
  return `precision: ${formatPercent(precision)}%; recall: ${formatPercent(recall)}%; FB1: ${formatPercent(f1)}`
}

/** Two decimals as C prints them: a number just between two goes to the even one. */
function formatPercent(value: number): string {
  const isBetween = Number.isInteger(8 * value) && (100 * value) % 1 === 0.5
  return (isBetween ? Math.round(50 * value) / 50 : value).toFixed(2).padStart(6)
}

function toScore({ correct, expected, predicted }: Counts): ChunkScore {
  const precision = divide(correct, predicted)
  const recall = divide(correct, expected)
  return { correct, expected, predicted, precision, recall, f1: divide(2 * precision * recall, precision + recall) }
}

function divide(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}

function checkEqual(what: string, expected: number, received: number): void {
  if (expected === received) return
  throw new RecipeError({
    what,
    expected: `${expected}, as many as are right`,
    received: String(received),
    remedy: 'Give one predicted tag for each word, in the same order.',
  })
}
