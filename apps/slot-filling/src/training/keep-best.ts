// Chooses the best epoch of a training on validation sentences, and ends it when nothing gets better.
import type { TaggedSentence } from '@deep-recipe/datasets/words'
import type { Callback, HostParams } from '@deep-recipe/training'
import { measureAnswers } from '../data/measure.ts'
import type { TaggerRunner } from '../network/apply-tagger.ts'
import type { Coder } from '../text/coder.ts'

/** What the validation sentences said after each epoch so far, and which was best. */
export interface ValidationRecord {
  /** Chunk F1 by epoch. */
  readonly f1: readonly number[]
  /** What epochs are chosen by: the mean of F1 and the share of right intents, or F1 alone for data without. */
  readonly scores: readonly number[]
  /** Counted from 1; 0 for none yet. */
  readonly bestEpoch: number
}

/** F1 of the best epoch. */
export function bestF1({ f1, bestEpoch }: ValidationRecord): number {
  return f1[bestEpoch - 1] ?? 0
}

/** A callback that tells what it has seen. */
export interface KeepBest extends Callback {
  record(): ValidationRecord
}

/** What it needs. */
export interface KeepBestOptions {
  readonly runner: TaggerRunner
  readonly coder: Coder
  readonly validation: readonly TaggedSentence[]
  /** Epochs without a better score before the training ends. */
  readonly patience: number
}

/** The name under which the record stands in checkpoints. */
export const keepBestName = 'keepBest'

/**
 * Measures the validation sentences after each epoch. Of equal epochs the later is kept, whose loss is lower; but it is no reason
 * to go on.
 */
export function keepBest({ runner, coder, validation, patience }: KeepBestOptions): KeepBest {
  let record: ValidationRecord = readValidationRecord({})
  let improvedEpoch = 0
  const measure = async (params: HostParams): Promise<{ readonly f1: number; readonly score: number }> => {
    const answers = await runner.answer(
      params,
      validation.map(({ words }) => words),
    )
    const { scores, intentAccuracy } = measureAnswers(coder, validation, answers)
    return { f1: scores.f1, score: intentAccuracy === undefined ? scores.f1 : (scores.f1 + intentAccuracy) / 2 }
  }
  return {
    name: keepBestName,
    restoreBest: true,
    onEpochEnd: async ({ figures: { epoch }, params }) => {
      const { f1, score } = await measure(await params())
      const before = record.scores[record.bestEpoch - 1] ?? Number.NEGATIVE_INFINITY
      const keeps = score >= before
      if (score > before) improvedEpoch = epoch
      record = {
        f1: [...record.f1.slice(0, epoch - 1), f1],
        scores: [...record.scores.slice(0, epoch - 1), score],
        bestEpoch: keeps ? epoch : record.bestEpoch,
      }
      return { keepBest: keeps, stop: epoch - improvedEpoch >= patience }
    },
    save: () => ({ f1: record.f1, scores: record.scores, bestEpoch: record.bestEpoch, improvedEpoch }),
    restore: (state) => {
      record = readValidationRecord(state)
      improvedEpoch = Number(state.improvedEpoch ?? record.bestEpoch)
    },
    record: () => record,
  }
}

/** What `keepBest` left in a checkpoint. */
export function readValidationRecord(state: unknown): ValidationRecord {
  const { f1, scores, bestEpoch } = (state ?? {}) as { readonly [name: string]: unknown }
  const numbers = (list: unknown): number[] => (Array.isArray(list) ? list.map(Number) : [])
  return { f1: numbers(f1), scores: numbers(scores), bestEpoch: Number(bestEpoch ?? 0) }
}
