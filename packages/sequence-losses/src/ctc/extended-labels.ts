// The states of CTC: the labels of a sequence with a blank before, between and after them, and the ways through them.
import { arange, concat, full, stack, type Tensor } from '@deep-recipe/core-tensor'

/**
 * The logarithm of 0. A finite one: −∞ − (−∞) would be NaN, in values and in gradients. It is far below what the probability
 * of anything possible can be, and far enough from the end of float32 to be added up over many millions of steps.
 */
export const impossible = -1e30

/** Labels with their lengths, as CTC reads them. */
export interface Labelling {
  /** int32 [labels, batch]: classes; the blank wherever there is no label to be spelled. */
  readonly labels: Tensor
  /** int32 [batch]. */
  readonly lengths: Tensor
  /** bool [batch]: every label is a class other than the blank, so that there are outputs that spell the sequence. */
  readonly spellable: Tensor
}

/**
 * @param labels int32 [batch, labels].
 * @param lengths int32 [batch]: how many of them there are; without it, a negative number ends the labels.
 */
export function readLabelling(
  labels: Tensor,
  lengths: Tensor | undefined,
  { classes, blank }: { readonly classes: number; readonly blank: number },
): Labelling {
  const places = labels.transpose()
  const count = places.shape[0] as number
  const counts = lengths ?? labels.greaterEqual(0).cast('int32').sum(1)
  const present = arange(count).expandDims(1).less(counts)
  const isLabel = places.greaterEqual(0).and(places.less(classes)).and(places.notEqual(blank))
  const spellable = present.and(isLabel.not()).cast('int32').sum(0).equal(0)
  return { labels: present.and(isLabel).where(places, blank), lengths: counts, spellable }
}

/**
 * The logarithms of what may follow what: 0 for allowed, `impossible` for not. From state s a path may stay, go on to s + 1, or
 * leave out the blank s + 1 between two different labels.
 *
 * @returns [3, states, batch].
 */
export function logTransitions(labels: Tensor): Tensor {
  const [count, batch] = labels.shape as [number, number]
  const states = 2 * count + 1
  const stay = full([states, batch], 0)
  const next = concat([full([states - 1, batch], 0), full([1, batch], impossible)])
  if (count < 2) return stack([stay, next, full([states, batch], impossible)])
  const [here, after] = [labels.slice([0, 0], [count - 1, batch]), labels.slice([1, 0], [count - 1, batch])]
  const differ = here.notEqual(after).where(0, full([count - 1, batch], impossible))
  const skip = interleave(
    full([count, batch], impossible),
    differ.pad(
      [
        [0, 1],
        [0, 0],
      ],
      impossible,
    ),
    impossible,
  )
  return stack([stay, next, skip])
}

/**
 * Puts what belongs to blanks around what belongs to labels, along the axis before the last.
 *
 * @param blanks [..., labels, batch]: of the blank before each label.
 * @param labels [..., labels, batch].
 * @param last of the blank after the last label: [..., 1, batch], or one number for all.
 * @returns [..., 2 · labels + 1, batch].
 */
export function interleave(blanks: Tensor, labels: Tensor, last: Tensor | number): Tensor {
  const [count, batch] = labels.shape.slice(-2) as [number, number]
  const outer = labels.shape.slice(0, -2)
  const pairs = stack([blanks, labels], -2).reshape([...outer, 2 * count, batch])
  return concat([pairs, typeof last === 'number' ? full([...outer, 1, batch], last) : last], -2)
}
