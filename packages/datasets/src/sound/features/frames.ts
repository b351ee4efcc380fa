// Frames: pieces of equal length that overlap, cut from a sound that may come in blocks.

/** How to cut. */
export interface FrameOptions {
  /** Samples in a frame. */
  readonly length: number
  /** Samples from the beginning of one frame to that of the next. */
  readonly hop: number
  /** What happens to samples that fill no whole frame: `pad` (default) adds zeros to them, `drop` leaves them out. */
  readonly tail?: 'pad' | 'drop'
}

/** Number of frames of so many samples. A sound shorter than a frame has one if padded, none if not. */
export function countFrames(samples: number, { length, hop, tail = 'pad' }: FrameOptions): number {
  if (samples === 0) return 0
  if (tail === 'drop') return samples < length ? 0 : 1 + Math.floor((samples - length) / hop)
  return 1 + Math.max(0, Math.ceil((samples - length) / hop))
}

/** Cuts a sound that comes in blocks. */
export interface Framer {
  /** Calls `look` with each frame that is whole by now; the array is a view, good for the time of the call. */
  push(samples: Float32Array, look: (frame: Float32Array) => void): void
  finish(look: (frame: Float32Array) => void): void
}

/** Begins to cut. */
export function createFramer(options: FrameOptions): Framer {
  const { length, hop } = options
  let held = new Float32Array(0)
  /** Samples to be passed over before the next frame, where frames do not touch. */
  let gap = 0
  let received = 0
  let given = 0
  const append = (samples: Float32Array): void => {
    const skipped = Math.min(gap, samples.length)
    gap -= skipped
    const joined = new Float32Array(held.length + samples.length - skipped)
    joined.set(held)
    joined.set(samples.subarray(skipped), held.length)
    held = joined
  }
  const cut = (most: number, look: (frame: Float32Array) => void): void => {
    let position = 0
    while (given < most && position + length <= held.length) {
      look(held.subarray(position, position + length))
      given++
      position += hop
    }
    gap += Math.max(0, position - held.length)
    held = held.slice(position)
  }
  return {
    push(samples, look): void {
      received += samples.length
      append(samples)
      cut(Number.POSITIVE_INFINITY, look)
    },
    finish(look): void {
      const count = countFrames(received, options)
      if (given >= count) return
      append(new Float32Array(gap + length))
      cut(count, look)
    },
  }
}
