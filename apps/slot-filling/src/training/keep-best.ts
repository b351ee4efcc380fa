// Chooses the best epoch of a training by the chunk F1 on validation sentences, and ends it when nothing gets better.
import type { TaggedSentence } from '@deep-recipe/datasets/words'
import type { Callback, HostParams } from '@deep-recipe/training'
import { measureAnswers } from '../data/measure.ts'
import type { TaggerRunner } from '../network/apply-tagger.ts'
import type { Coder } from '../text/coder.ts'

/** F1 of each epoch so far, and which was best. */
export interface F1Record {
  readonly curve: readonly number[]
  /** Epochs are counted from 1; 0 for none yet. */
  readonly bestEpoch: number
  readonly best: number
}

/** A callback that tells what it has seen. */
export interface KeepBest extends Callback {
  record(): F1Record
}

/** What it needs. */
export interface KeepBestOptions {
  readonly runner: TaggerRunner
  readonly coder: Coder
  readonly validation: readonly TaggedSentence[]
  /** Epochs without a better F1 before the training ends. */
  readonly patience: number
}

/**
 * Measures F1 on the validation sentences after each epoch. Of equal epochs the later is kept, whose loss is lower; but it is no
 * reason to go on.
 */
export function keepBestF1({ runner, coder, validation, patience }: KeepBestOptions): KeepBest {
  let curve: number[] = []
  let bestEpoch = 0
  let improvedEpoch = 0
  const best = (): number => (bestEpoch > 0 ? (curve[bestEpoch - 1] as number) : 0)
  const measure = async (params: HostParams): Promise<number> => {
    const answers = await runner.answer(
      params,
      validation.map(({ words }) => words),
    )
    return measureAnswers(coder, validation, answers).scores.f1
  }
  return {
    name: 'keepBestF1',
    restoreBest: true,
    onEpochEnd: async ({ figures, params }) => {
      const f1 = await measure(await params())
      const before = best()
      curve = [...curve.slice(0, figures.epoch - 1), f1]
      if (bestEpoch === 0 || f1 > before) improvedEpoch = figures.epoch
      const keeps = bestEpoch === 0 || f1 >= before
      if (keeps) bestEpoch = figures.epoch
      return { keepBest: keeps, stop: figures.epoch - improvedEpoch >= patience }
    },
    save: () => ({ curve, bestEpoch, improvedEpoch }),
    restore: (state) => {
      const saved = readF1Record(state)
      curve = [...saved.curve]
      bestEpoch = saved.bestEpoch
      improvedEpoch = Number(state.improvedEpoch ?? bestEpoch)
    },
    record: () => ({ curve, bestEpoch, best: best() }),
  }
}

/** What `keepBestF1` left in a checkpoint. */
export function readF1Record(state: unknown): F1Record {
  const { curve, bestEpoch } = (state ?? {}) as { readonly curve?: unknown; readonly bestEpoch?: unknown }
  const numbers = Array.isArray(curve) ? curve.map(Number) : []
  const epoch = Number(bestEpoch ?? 0)
  return { curve: numbers, bestEpoch: epoch, best: numbers[epoch - 1] ?? 0 }
}
