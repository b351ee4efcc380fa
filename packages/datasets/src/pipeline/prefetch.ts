// Prepares the next items while the current one is being used.
import { checkCount } from '../options.ts'

/**
 * Passes on the items of `source`, in order, fetching up to `depth` of them ahead: what the source awaits (files,
 * workers) overlaps with what the consumer awaits. The source is asked for one item at a time.
 *
 * An error of the source arrives after the items before it. Leaving the loop early closes the source.
 *
 * @throws DatasetError unless `depth` is a whole number of at least 1.
 */
export function prefetch<Item>(
  source: AsyncIterable<Item> | Iterable<Item>,
  depth: number,
): AsyncGenerator<Item, void, undefined> {
  checkCount('prefetch: depth', depth, 1)
  return fetchAhead(source, depth)
}

async function* fetchAhead<Item>(
  source: AsyncIterable<Item> | Iterable<Item>,
  depth: number,
): AsyncGenerator<Item, void, undefined> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const waiting: Promise<IteratorResult<Item>>[] = []
  let latest: Promise<IteratorResult<Item> | undefined> = Promise.resolve(undefined)
  let finished = false
  const request = (): void => {
    const next = latest.then((result) =>
      result?.done || finished ? { done: true as const, value: undefined } : iterator.next(),
    )
    // Its error is reported where the item is awaited; until then it must not count as unhandled.
    next.catch(() => {})
    waiting.push(next)
    latest = next
  }
  let exhausted = false
  try {
    for (let ahead = 0; ahead < depth; ahead++) request()
    for (;;) {
      request()
      const result = await (waiting.shift() as Promise<IteratorResult<Item>>)
      if (result.done) {
        exhausted = true
        return
      }
      yield result.value
    }
  } finally {
    finished = true
    if (!exhausted) {
      await latest.catch(() => {})
      await iterator.return?.()
    }
  }
}
