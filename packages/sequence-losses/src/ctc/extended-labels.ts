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
 * Whether the blank after a state may be left out: only between two different labels.
 *
 * @returns [states, batch]: the logarithm of 1 for yes, of 0 for no.
 */
export function logSkips(labels: Tensor): Tensor {
  const [count, batch] = labels.shape as [number, number]
  if (count < 2) return full([2 * count + 1, batch], impossible)
  const [here, after] = [0, 1].map((from) => labels.slice([from, 0], [count - 1, batch])) as [Tensor, Tensor]
  const differ = here.notEqual(after).where(0, full([count - 1, batch], impossible))
  const ofLabels = differ.pad(
    [
      [0, 1],
      [0, 0],
    ],
    impossible,
  )
  return interleave(full([count, batch], impossible), ofLabels, full([1, batch], impossible))
}

/**
 * Puts what belongs to blanks around what belongs to labels, along the axis before the last.
 *
 * @param blanks [..., labels, batch]: of the blank before each label.
 * @param labels [..., labels, batch].
 * @param last of the blank after the last label: [..., 1, batch].
 * @returns [..., 2 · labels + 1, batch].
 */
export function interleave(blanks: Tensor, labels: Tensor, last: Tensor): Tensor {
  const [count, batch] = labels.shape.slice(-2) as [number, number]
  const outer = labels.shape.slice(0, -2)
  const pairs = stack([blanks, labels], -2).reshape([...outer, 2 * count, batch])
  return concat([pairs, last], -2)
}
