// ROUGE-L (Lin 2004): the longest common subsequence of a candidate and its references.
import { ValueError } from '@deep-recipe/core-tensor'
import { checkReferences, type Tokens } from './n-grams.ts'

/** Options of `rougeL`. */
export interface RougeOptions {
  /** β: how many times more recall counts than precision. Default 1.2, as coco-caption has it; 1 gives the plain F1. */
  readonly beta?: number
}

/** Precision, recall and their mean, each 0 … 1. */
export interface Rouge {
  readonly precision: number
  readonly recall: number
  readonly f: number
}

/**
 *   precision = max LCS / |candidate|, recall = max LCS / |reference|, F = (1 + β²) P R / (R + β² P)
 *
 * Of several references the best precision and the best recall are taken, each by itself, as in coco-caption.
 *
 * ```ts
 * const { precision, recall, f } = rougeL(['testing'], [['testing', 'one', 'two']], { beta: 1 })
 * console.log(precision, recall.toFixed(3), f) // 1 0.333 0.5
 * ```
 *
 * @throws ValueError without references, or for a β that is not positive.
 */
export function rougeL(candidate: Tokens, references: readonly Tokens[], options: RougeOptions = {}): Rouge {
  const { beta = 1.2 } = options
  checkReferences('rougeL', [references])
  if (!(beta > 0)) {
    const remedy = 'Leave it out for 1.2, or give 1 for plain F1.'
    throw new ValueError({ what: 'rougeL: beta', expected: 'a positive number', received: String(beta), remedy })
  }
  const common = references.map((reference) => longestCommonSubsequence(candidate, reference))
  const share = (length: number, of: number): number => (of === 0 ? 0 : length / of)
  const precision = Math.max(...common.map((length) => share(length, candidate.length)))
  const recall = Math.max(...common.map((length, i) => share(length, references[i]?.length ?? 0)))
  const f = precision * recall === 0 ? 0 : ((1 + beta ** 2) * precision * recall) / (recall + beta ** 2 * precision)
  return { precision, recall, f }
}

/** Length of the longest sequence that is left of both when tokens are struck out. */
export function longestCommonSubsequence(a: Tokens, b: Tokens): number {
  let row = new Array<number>(b.length + 1).fill(0)
  for (const token of a) {
    const next = [0]
    for (let j = 1; j <= b.length; j++) {
      const extended = (row[j - 1] as number) + 1
      next.push(token === b[j - 1] ? extended : Math.max(row[j] as number, next[j - 1] as number))
    }
    row = next
  }
  return row[b.length] as number
}
