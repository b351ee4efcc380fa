// Bytes that arrive in pieces of any size, taken in pieces of the size that is wanted; never more than one piece is held.

/** A source of bytes: whole in memory, or a stream. */
export type ByteStream = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Takes bytes from a stream in the order in which they come. */
export interface ByteSource {
  /** The next `count` bytes, fewer only where the stream ends. */
  take(count: number): Promise<Uint8Array>
  /** Whatever is at hand, at most `count` bytes and at least one; none where the stream ends. */
  takeSome(count: number): Promise<Uint8Array>
  /** Tells the stream that no more is wanted. */
  close(): Promise<void>
}

/** Opens a stream. */
export function openByteSource(stream: ByteStream): ByteSource {
  const iterator = Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]()
  let held: Uint8Array = new Uint8Array(0)
  let ended = false
  const refill = async (): Promise<void> => {
    while (held.length === 0 && !ended) {
      const next = await iterator.next()
      if (next.done) ended = true
      else held = next.value
    }
  }
  const takeSome = async (count: number): Promise<Uint8Array> => {
    await refill()
    const taken = held.subarray(0, count)
    held = held.subarray(taken.length)
    return taken
  }
  return {
    takeSome,
    take: async (count) => {
      const first = await takeSome(count)
      if (first.length === count || first.length === 0) return first
      const whole = new Uint8Array(count)
      whole.set(first)
      let length = first.length
      while (length < count) {
        const more = await takeSome(count - length)
        if (more.length === 0) break
        whole.set(more, length)
        length += more.length
      }
      return whole.subarray(0, length)
    },
    close: async () => {
      ended = true
      held = new Uint8Array(0)
      await iterator.return?.()
    },
  }
}
