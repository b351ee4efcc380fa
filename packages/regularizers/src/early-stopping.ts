// Early stopping: the rule that decides when validation has stopped getting better.
import { ValueError } from '@deep-recipe/core-tensor'
import { checkAmount } from './check.ts'

/** Options of early stopping. */
export interface EarlyStoppingRule {
  /** Evaluations without improvement before the training stops. Default 3. */
  readonly patience?: number
  /** An improvement must be larger than this. Default 0: any counts. */
  readonly minimumChange?: number
  /** Whether a smaller or a larger value is better. Default `smaller`, as for a loss. */
  readonly better?: 'smaller' | 'larger'
}

/** What was seen so far: plain data, so that a checkpoint can hold it. */
export interface EarlyStoppingState {
  readonly best: number | undefined
  /** Evaluations since the best. */
  readonly waited: number
}

/** What to do after an evaluation. */
export interface EarlyStoppingDecision {
  readonly state: EarlyStoppingState
  /** This is the best so far: keep the weights. */
  readonly improved: boolean
  /** Patience is over: stop, and go back to the best weights. */
  readonly stop: boolean
}

/** Before the first evaluation. */
export const nothingSeen: EarlyStoppingState = { best: undefined, waited: 0 }

/** Throws a ValueError for a patience that is not a positive whole number, or a negative change. */
export function checkEarlyStoppingRule({ patience = 3, minimumChange = 0 }: EarlyStoppingRule): void {
  checkAmount('early stopping: minimumChange', minimumChange)
  if (Number.isInteger(patience) && patience >= 1) return
  throw new ValueError({
    what: 'early stopping: patience',
    expected: 'a whole number, 1 or more',
    received: String(patience),
    remedy: 'Give how many evaluations to wait.',
  })
}

/** Takes in one more evaluation. Not-a-number never improves. */
export function observe(state: EarlyStoppingState, value: number, rule: EarlyStoppingRule = {}): EarlyStoppingDecision {
  checkEarlyStoppingRule(rule)
  const { patience = 3, minimumChange = 0, better = 'smaller' } = rule
  const gain =
    state.best === undefined ? Number.POSITIVE_INFINITY : (state.best - value) * (better === 'smaller' ? 1 : -1)
  const improved = !Number.isNaN(value) && (state.best === undefined || gain > minimumChange)
  if (improved) return { state: { best: value, waited: 0 }, improved, stop: false }
  const waited = state.waited + 1
  return { state: { best: state.best, waited }, improved, stop: waited >= patience }
}
