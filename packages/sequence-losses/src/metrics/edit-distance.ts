// Edit distance (Levenshtein 1966) with its alignment, and the error rates of recognition that are made of it.
import { ValueError } from '@deep-recipe/core-tensor'
import { checkPairs, type Token, type Tokens } from './n-grams.ts'

/** One step from a reference to a candidate; `reference` and `candidate` are the tokens, where there are any. */
export type Edit =
  | { readonly kind: 'equal' | 'substitute'; readonly reference: Token; readonly candidate: Token }
  | { readonly kind: 'delete'; readonly reference: Token }
  | { readonly kind: 'insert'; readonly candidate: Token }

/** How many edits of each kind. */
export interface EditCounts {
  /** Tokens replaced by others. */
  readonly substitutions: number
  /** Tokens of the reference that the candidate lacks. */
  readonly deletions: number
  /** Tokens of the candidate that the reference lacks. */
  readonly insertions: number
  /** All of them together. */
  readonly distance: number
}

/**
 * The fewest substitutions, deletions and insertions that turn a reference into a candidate.
 *
 * Memory is one row of the shorter of the two.
 *
 * ```ts
 * console.log(editDistance([...'kitten'], [...'sitting'])) // 3
 * ```
 */
export function editDistance(candidate: Tokens, reference: Tokens): number {
  const [long, short] = candidate.length > reference.length ? [candidate, reference] : [reference, candidate]
  let row = Array.from({ length: short.length + 1 }, (_, j) => j)
  for (const [i, token] of long.entries()) {
    const next = [i + 1]
    for (let j = 1; j <= short.length; j++) {
      const kept = (row[j - 1] as number) + (short[j - 1] === token ? 0 : 1)
      next.push(Math.min(kept, 1 + (row[j] as number), 1 + (next[j - 1] as number)))
    }
    row = next
  }
  return row[short.length] as number
}

/**
 * A shortest way from a reference to a candidate, token by token. Of equally short ones it takes the one that, from the end, prefers to keep or
 * substitute, then to delete, then to insert.
 *
 * Memory is one byte for each pair of tokens.
 *
 * @throws ValueError for sequences whose product of lengths passes 2³⁰.
 */
export function alignEdits(candidate: Tokens, reference: Tokens): Edit[] {
  const [rows, columns] = [reference.length + 1, candidate.length + 1]
  checkSize(rows * columns)
  // 0: keep or substitute, 1: delete, 2: insert.
  const moves = new Uint8Array(rows * columns)
  let row = Array.from({ length: columns }, (_, j) => j)
  moves.fill(2, 1, columns)
  for (let i = 1; i < rows; i++) {
    const next = [i]
    moves[i * columns] = 1
    for (let j = 1; j < columns; j++) {
      const kept = (row[j - 1] as number) + (reference[i - 1] === candidate[j - 1] ? 0 : 1)
      const deleted = 1 + (row[j] as number)
      const inserted = 1 + (next[j - 1] as number)
      const best = Math.min(kept, deleted, inserted)
      moves[i * columns + j] = best === kept ? 0 : best === deleted ? 1 : 2
      next.push(best)
    }
    row = next
  }
  return walkBack(moves, candidate, reference)
}

function walkBack(moves: Uint8Array, candidate: Tokens, reference: Tokens): Edit[] {
  const edits: Edit[] = []
  let [i, j] = [reference.length, candidate.length]
  while (i > 0 || j > 0) {
    const move = moves[i * (candidate.length + 1) + j]
    const [before, after] = [reference[i - 1] as Token, candidate[j - 1] as Token]
    if (move === 0) edits.push({ kind: before === after ? 'equal' : 'substitute', reference: before, candidate: after })
    else if (move === 1) edits.push({ kind: 'delete', reference: before })
    else edits.push({ kind: 'insert', candidate: after })
    if (move !== 2) i--
    if (move !== 1) j--
  }
  return edits.reverse()
}

function checkSize(cells: number): void {
  if (cells <= 2 ** 30) return
  throw new ValueError({
    what: 'alignEdits',
    expected: 'sequences whose lengths multiply to 2³⁰ at most',
    received: String(cells),
    remedy: 'Align them in parts, or take editDistance, which needs no such table.',
  })
}

/** Error rate of a whole test set. */
export interface ErrorRate extends EditCounts {
  /** All edits ÷ all tokens of the references. It may pass 1. ∞ where the references are empty and the candidates are not. */
  readonly rate: number
  /** Tokens of the references. */
  readonly length: number
  /** Share of candidates with any error. */
  readonly sentenceErrorRate: number
}

/**
 * Edits of all candidates ÷ tokens of all references: the label, token or phone error rate, whatever the tokens are.
 *
 * @throws ValueError for lists of different lengths.
 */
export function tokenErrorRate(candidates: readonly Tokens[], references: readonly Tokens[]): ErrorRate {
  checkPairs('tokenErrorRate', candidates, references)
  let [substitutions, deletions, insertions, length, wrong] = [0, 0, 0, 0, 0]
  candidates.forEach((candidate, i) => {
    const reference = references[i] as Tokens
    const edits = alignEdits(candidate, reference)
    const count = (kind: Edit['kind']): number => edits.filter((edit) => edit.kind === kind).length
    substitutions += count('substitute')
    deletions += count('delete')
    insertions += count('insert')
    length += reference.length
    if (edits.some((edit) => edit.kind !== 'equal')) wrong++
  })
  const distance = substitutions + deletions + insertions
  return {
    rate: distance === 0 ? 0 : distance / length,
    substitutions,
    deletions,
    insertions,
    distance,
    length,
    sentenceErrorRate: candidates.length === 0 ? 0 : wrong / candidates.length,
  }
}

/**
 * Word error rate, WER = (S + D + I) / N. Words are what white space separates; case and punctuation count as they stand.
 *
 * ```ts
 * console.log(wordErrorRate(['hello duck'], ['hello world']).rate) // 0.5
 * ```
 */
export function wordErrorRate(candidates: readonly string[], references: readonly string[]): ErrorRate {
  return tokenErrorRate(candidates.map(splitWords), references.map(splitWords))
}

/** Character error rate, CER. Characters are Unicode code points; spaces count, those at both ends do not. */
export function characterErrorRate(candidates: readonly string[], references: readonly string[]): ErrorRate {
  const split = (text: string): string[] => [...text.trim()]
  return tokenErrorRate(candidates.map(split), references.map(split))
}

function splitWords(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '')
}
