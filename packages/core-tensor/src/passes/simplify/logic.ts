// Casts, comparisons and choices.
import { splatValue } from '../splat.ts'
import { makeLike } from '../walk.ts'
import { inputOf, type RulesOf, under } from './rule.ts'

export const logicRules: RulesOf<'cast' | 'compare' | 'select'> = {
  cast: (node) => {
    const x = inputOf(node, 0)
    const { dtype } = node.attributes
    if (x.dtype === dtype) return x
    // Truth survives the way through numbers: bool → float32 → int32 is bool → int32. Other pairs can lose digits.
    const inner = under(x, 'cast')
    return inner?.dtype === 'bool' ? makeLike(node, 'cast', [inner], { dtype }) : undefined
  },
  compare: (node) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)]
    const { comparison } = node.attributes
    const truth = under(a, 'cast')
    const value = splatValue(b)
    if (truth?.dtype !== 'bool' || value === undefined) return undefined
    // A bool as a number is 0 or 1: (number ≠ 0), (number > 0), (number = 1) are the bool again.
    const isTruth =
      (value === 0 && (comparison === 'notEqual' || comparison === 'greater')) ||
      (value === 1 && (comparison === 'equal' || comparison === 'greaterEqual'))
    return isTruth ? truth : undefined
  },
  select: (node) => {
    const [condition, whenTrue, whenFalse] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)]
    if (whenTrue === whenFalse) return whenTrue
    const value = splatValue(condition)
    return value === undefined ? undefined : value !== 0 ? whenTrue : whenFalse
  },
}
