// Long sounds in pieces that a network can hear at once, cut where it is quietest.
import { joinSamples } from '@deep-recipe/datasets/sound'
import { rate } from './hearing.ts'

/** A piece of a sound. */
export interface Segment {
  readonly samples: Float32Array
  /** Where it begins, seconds. */
  readonly from: number
}

/** A piece has at most so many seconds; none but the last has fewer than the least. */
const [leastSeconds, mostSeconds] = [3, 9]
/** How long a pause is measured. */
const quietSeconds = 0.08

/** Cuts blocks into segments; holds one segment and one block at a time. */
export async function* cutSegments(blocks: AsyncIterable<Float32Array>): AsyncGenerator<Segment> {
  const most = mostSeconds * rate
  let held: Float32Array = new Float32Array(0)
  let position = 0
  const take = (count: number): Segment => {
    const segment = { samples: held.slice(0, count), from: position / rate }
    held = held.slice(count)
    position += count
    return segment
  }
  for await (const block of blocks) {
    held = joinSamples([held, block])
    while (held.length > most) yield take(findQuietest(held.subarray(0, most)))
  }
  if (held.length > 0) yield take(held.length)
}

/** The middle of the quietest stretch after the least length; of equally quiet ones the last, which makes long pieces. */
function findQuietest(samples: Float32Array): number {
  const width = Math.round(quietSeconds * rate)
  const [step, begin] = [Math.round(width / 4), leastSeconds * rate]
  let [best, quietest] = [samples.length, Number.POSITIVE_INFINITY]
  for (let at = begin; at + width <= samples.length; at += step) {
    let energy = 0
    for (let i = at; i < at + width; i++) energy += (samples[i] as number) ** 2
    if (energy > quietest) continue
    quietest = energy
    best = at + Math.round(width / 2)
  }
  return best
}
