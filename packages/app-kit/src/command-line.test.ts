// Command lines: what is understood, what is refused, and what the help says.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { completeValues, HelpShown, type Request, readCommandLine } from './command-line.ts'
import { UsageError } from './errors.ts'
import { demo } from './fixtures/demo.ts'

/** What reading a command line gave, printed and threw. */
function read(...words: string[]): { request?: Request; out: string; err: string; thrown?: unknown } {
  const texts = { out: '', err: '' }
  const streams = {
    out: (text: string): void => {
      texts.out += text
    },
    error: (text: string): void => {
      texts.err += text
    },
  }
  try {
    const request = readCommandLine(demo, words, streams)
    return { request, ...texts }
  } catch (thrown) {
    return { ...texts, thrown }
  }
}

describe('help', () => {
  test('of the app: commands and examples', () => {
    const { out, thrown } = read('--help')
    expect(thrown).toEqual(new HelpShown(0))
    expect(out).toContain('Learns the number 3.')
    expect(out).toMatch(/\n {2}train +Learn the number\n {2}evaluate +Say how far/)
    expect(out).toMatch(/Examples:\n {2}pnpm demo train {12}learn it\n {2}pnpm demo evaluate --json {2}how well/)
  })

  test('of a command: all options with defaults, and its own examples', () => {
    const { out } = read('train', '--help')
    for (const text of [
      '--data <dir>',
      '--backend <gl|onnx|reference>',
      '--epochs <number>',
      '(default: 4)',
      '--seed <number>',
      '--out <dir>',
      '--resume',
      '--json',
      '--learning-rate <number>',
      '(default: 0.25)',
      'pnpm demo train --learning-rate 0.5  in larger steps',
    ]) {
      expect(out).toContain(text)
    }
    const { out: evaluate } = read('help', 'evaluate')
    expect(evaluate).toContain('Folder of the run to load')
    expect(evaluate).not.toContain('--epochs')
    expect(evaluate).not.toContain('--resume')
  })

  test('what a command has no use for is neither offered nor taken', () => {
    expect(read('evaluate', '--help').out).not.toContain('--seed')
    expect(read('evaluate', '--seed', '2').thrown).toBeInstanceOf(UsageError)
    expect(read('evaluate', '--data', 'here').thrown).toBeUndefined()
  })

  test('nothing typed: the help, as for wrong usage', () => {
    const { out, err, thrown } = read()
    expect(thrown).toEqual(new HelpShown(2))
    expect(out).toBe('')
    expect(err).toContain('Usage: pnpm demo')
  })
})

describe('wrong usage', () => {
  const cases: [string[], RegExp][] = [
    [['trian'], /received unknown command 'trian'\. Did you mean train\?$/],
    [['xyzzy'], /received unknown command 'xyzzy'\. `pnpm demo --help` lists them\.$/],
    [['train', '--epoch', '3'], /received unknown option '--epoch'\. Did you mean --epochs\?$/],
    [['evaluate', '--epochs', '3'], /unknown option '--epochs'/],
    [['train', '--epochs'], /option '--epochs <number>' argument missing/],
    [['train', '--epochs', '0'], /--epochs: expected a whole number of at least 1, received '0'/],
    [['train', '--epochs', '2.5'], /--epochs: expected a whole number of at least 1, received '2\.5'/],
    [['train', '--epochs', 'many'], /--epochs: .* received 'many'/],
    [['train', '--epochs', ''], /--epochs: .* received ''/],
    [['train', '--seed', '-1'], /--seed: expected a whole number from 0 to 4294967295, received '-1'/],
    [['train', '--learning-rate', '1.5'], /--learning-rate: expected a number from 0 to 1, received '1\.5'/],
    [['train', '--flavour', 'bitter'], /--flavour: expected sweet, sour, received 'bitter'/],
    [['train', '--backend', 'cuda'], /--backend: expected gl, onnx, reference, received 'cuda'/],
    [['train', 'extra'], /too many arguments for 'train'/],
    [['predict'], /missing required argument 'file'/],
  ]
  test.each(cases)('%j', (words, message) => {
    const { thrown, out, err } = read(...words)
    expect(thrown).toBeInstanceOf(UsageError)
    expect((thrown as Error).message).toMatch(message)
    expect((thrown as Error).message).not.toContain('\n')
    expect({ out, err }).toEqual({ out: '', err: '' })
  })

  test('whatever is typed, it is understood, refused, or help', () => {
    const word = fc.oneof(
      fc.constantFrom('train', 'predict', '--epochs', '--json', '--', '-', '--out=', '--no-json', '-h', 'help', '3'),
      fc.string({ maxLength: 6 }),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const { request, thrown } = read(...words)
        if (request === undefined) expect(thrown instanceof UsageError || thrown instanceof HelpShown).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('values', () => {
  const values = (words: string[], earlier?: Record<string, unknown>): unknown =>
    completeValues(read(...words).request as Request, earlier)

  test('typed ones, else defaults', () => {
    expect(values(['--', 'train', '--learning-rate=1e-1', '--json', '--epochs', '1', '--epochs', '7'])).toEqual({
      learningRate: 0.1,
      pause: 0,
      flavour: undefined,
      loud: false,
      data: undefined,
      backend: undefined,
      epochs: 7,
      resume: false,
      seed: 0,
      out: undefined,
      json: true,
      debug: false,
    })
  })

  test('typed ones, else those of the earlier run where they fit, else defaults', () => {
    const earlier = { epochs: 9, learningRate: 0.5, seed: -3, flavour: 'sour', loud: true, gone: 1, pause: null }
    expect(values(['train', '--learning-rate', '1'], earlier)).toMatchObject({
      epochs: 9,
      learningRate: 1,
      seed: 0,
      flavour: 'sour',
      loud: true,
      pause: 0,
    })
  })

  test('operands and the kind of run', () => {
    expect(read('predict', 'a', '--json', 'b').request).toMatchObject({ operands: ['a', 'b'], use: 'last' })
    expect(read('train').request).toMatchObject({ operands: [], use: 'new', commandName: 'train' })
    expect(read('fail', 'typed').request).toMatchObject({ use: 'none' })
  })
})
