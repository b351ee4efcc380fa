// The engine behind streams, as a controller meets it.
import { describe, expect, test } from 'vitest'
import { centralPolicy } from '../fixtures/policies.ts'
import { openEngine } from './engine.ts'
import { serve } from './serve.ts'

function open() {
  return openEngine({
    policy: centralPolicy(9),
    rules: {},
    temperature: 0,
    resigns: true,
    seed: 1,
    description: 'test',
  })
}

/** What comes out where these chunks go in. */
async function exchange(chunks: Iterable<string | Uint8Array>, signal?: AbortSignal): Promise<string> {
  const written: string[] = []
  async function* input() {
    yield* chunks
  }
  const write = (text: string, done?: () => void): void => {
    written.push(text)
    done?.()
  }
  await serve(open(), input(), { write }, signal)
  return written.join('')
}

describe('serve', () => {
  test('answers line by line, in order, and ends with quit', async () => {
    expect(await exchange(['1 name\n2 play b e5\n3 quit\n4 name\n'])).toBe('=1 deep-recipe go-policy\n\n=2 \n\n=3 \n\n')
  })

  test('lines may come in pieces, even inside a character, with CR, and without a line feed at the end', async () => {
    const bytes = new TextEncoder().encode('1 name # ō\r\n\r\n2 known_command play')
    expect(await exchange(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toBe(
      '=1 deep-recipe go-policy\n\n=2 true\n\n',
    )
  })

  test('a line without end is thrown away as it comes', async () => {
    function* flood() {
      for (let i = 0; i < 64; i++) yield 'x'.repeat(1 << 18)
      yield '\n7 protocol_version\n'
    }
    expect(await exchange(flood())).toBe('? line too long\n\n=7 2\n\n')
  })

  test('an abort ends it while it waits', async () => {
    const controller = new AbortController()
    async function* silence(): AsyncGenerator<string> {
      await new Promise(() => {})
    }
    const done = serve(open(), silence(), { write: () => {} }, controller.signal)
    controller.abort()
    await done
  })
})
