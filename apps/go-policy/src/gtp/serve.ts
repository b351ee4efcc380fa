// Connects an engine with a controller: lines from one stream, responses to another, one after the other.
import type { GtpEngine } from './engine.ts'
import { formatFailure } from './protocol.ts'

/** A line may be this long; a longer one is answered with a failure and thrown away as it comes. */
const longestLine = 1 << 20

/** Where responses go: `process.stdout` or anything alike. */
export interface ResponseStream {
  write(text: string, done?: (error?: Error | null) => void): unknown
}

/**
 * Serves until quit, until the input ends, or until `signal` is aborted. Commands that come while one is at work wait.
 *
 * @param input chunks of bytes or of text.
 */
export async function serve(
  engine: GtpEngine,
  input: AsyncIterable<Uint8Array | string>,
  output: ResponseStream,
  signal?: AbortSignal,
): Promise<void> {
  const stopped = new Promise<undefined>((resolve) => {
    signal?.addEventListener('abort', () => resolve(undefined), { once: true })
    if (signal?.aborted) resolve(undefined)
  })
  const lines = readLines(input)
  while (!engine.isOver) {
    const next = await Promise.race([lines.next(), stopped])
    if (next === undefined || next.done) return
    const response =
      next.value === tooLong ? formatFailure(undefined, 'line too long') : await engine.respond(next.value)
    if (response !== undefined) await send(output, response)
  }
}

/** Stands for a line that was thrown away. */
const tooLong = Symbol('too long')

async function* readLines(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<string | typeof tooLong> {
  const decoder = new TextDecoder()
  let rest = ''
  let isSkipping = false
  for await (const chunk of input) {
    const parts = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      if (isSkipping || part.length > longestLine) yield tooLong
      else yield part
      isSkipping = false
    }
    if (rest.length > longestLine) {
      isSkipping = true
      rest = ''
    }
  }
  // The last command of a file may lack its line feed.
  if (isSkipping) yield tooLong
  else if (rest !== '') yield rest
}

function send(output: ResponseStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()))
  })
}
