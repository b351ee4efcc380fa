// Lines in groups: many at once where they come fast, one at a time where somebody types them or a log grows slowly.

/**
 * Groups of up to `most` items; a group ends early where the next item lets itself be waited for.
 *
 * @param patience milliseconds to wait for one more.
 */
export async function* groupArrivals<T>(items: AsyncIterable<T>, most: number, patience = 20): AsyncGenerator<T[]> {
  const iterator = items[Symbol.asyncIterator]()
  let pending = iterator.next()
  for (;;) {
    const first = await pending
    if (first.done) return
    const group = [first.value]
    pending = iterator.next()
    while (group.length < most) {
      const next = await Promise.race([pending, wait(patience)])
      if (!next || next.done) break
      group.push(next.value)
      pending = iterator.next()
    }
    yield group
  }
}

function wait(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, undefined))
}
