// Lines and bars: what is written where somebody watches, and where nobody does.
import { describe, expect, test } from 'vitest'
import { formatDuration, formatFigure } from './format.ts'
import { createTerminal, type Progress, type Terminal } from './terminal.ts'

/** A stream that keeps what is written, and a clock that is set by hand. */
function makeStream(isTTY: boolean, columns = 100) {
  const stream = {
    isTTY,
    columns,
    text: '',
    write: (text: string): boolean => {
      stream.text += text
      return true
    },
  }
  const clock = { now: 0 }
  return { stream, clock, open: (): Promise<Terminal> => createTerminal(stream, { now: () => clock.now }) }
}

// The escape sequences that the bars use: cursor up (A), to a column (G), clear to the right (0K), line (2K), below (0J).
const ESCAPE = '\u001b'
const CONTROL = new RegExp(`${ESCAPE}\\[(\\d*)([A-Z])|\\n|\\r|[^${ESCAPE}]`, 'g')

/** What a screen shows after the text: the least of a terminal that is needed to judge it. */
function showScreen(text: string): string[] {
  const rows = ['']
  let [row, column] = [0, 0]
  for (const [piece, count, letter] of text.matchAll(CONTROL)) {
    const line = rows[row] as string
    if (letter === 'A') row -= Number(count || 1)
    else if (letter === 'G') column = Number(count || 1) - 1
    else if (letter === 'K') rows[row] = count === '2' ? '' : line.slice(0, column)
    else if (letter === 'J') rows.splice(row, rows.length, line.slice(0, column))
    else if (letter !== undefined) throw new Error(`Unknown sequence ${JSON.stringify(piece)}`)
    else if (piece === '\r') column = 0
    else if (piece === '\n') {
      row++
      column = 0
      rows[row] ??= ''
    } else {
      rows[row] = line.slice(0, column).padEnd(column) + piece + line.slice(column + 1)
      column++
    }
  }
  return rows.map((line) => line.trimEnd())
}

/** Ten epochs of ten steps, each of `milliseconds`. */
function train(progress: Progress, clock: { now: number }, milliseconds: number, until = 100): void {
  for (let step = 1; step <= until; step++) {
    clock.now += milliseconds
    progress.update(step, { loss: 1 / step, accuracy: step / 100 })
  }
}
const training = { title: 'Training', total: 100, milestone: { name: 'epoch', every: 10 } }

describe('without a screen', () => {
  test('a plain line for each epoch, however quick, and no control characters', async () => {
    const { stream, clock, open } = makeStream(false)
    const terminal = await open()
    terminal.log('hello')
    const progress = terminal.startProgress(training)
    train(progress, clock, 1)
    progress.finish()
    const lines = stream.text.split('\n')
    expect(lines.slice(0, 3)).toEqual([
      'hello',
      'Training: epoch 1/10, loss 0.1, accuracy 0.1, 0 s left',
      'Training: epoch 2/10, loss 0.05, accuracy 0.2, 0 s left',
    ])
    expect(lines.slice(10)).toEqual(['Training: epoch 10/10, loss 0.01, accuracy 1, 0 s', ''])
  })

  test('work without milestones is silent for two seconds, then speaks every ten', async () => {
    const { stream, clock, open } = makeStream(false)
    const progress = (await open()).startProgress({ title: 'Reading', total: 100 })
    train(progress, clock, 15)
    expect(stream.text).toBe('')
    clock.now = 0
    train(progress, clock, 250)
    expect(stream.text.match(/Reading: \d+\/100/g)).toEqual(['Reading: 8/100', 'Reading: 48/100', 'Reading: 88/100'])
  })

  test('the remaining time counts this run only', async () => {
    const { stream, clock, open } = makeStream(false)
    const progress = (await open()).startProgress({ ...training, initial: 50 })
    clock.now = 60_000
    progress.update(60)
    expect(stream.text).toBe('Training: epoch 6/10, 4 min 0 s left\n')
  })
})

describe('with a screen', () => {
  test('nothing for what is done within two seconds', async () => {
    const { stream, clock, open } = makeStream(true)
    const progress = (await open()).startProgress(training)
    train(progress, clock, 19)
    progress.finish()
    expect(stream.text).toBe('')
  })

  test('a bar with epoch, figures and remaining time; lines above it; nothing left of it', async () => {
    const { stream, clock, open } = makeStream(true)
    const terminal = await open()
    terminal.log('first')
    const progress = terminal.startProgress(training)
    try {
      train(progress, clock, 100, 25)
      const [first, bar, ...rest] = showScreen(stream.text)
      expect(first).toBe('first')
      expect(bar).toBe('Training ██████░░░░░░░░░░░░░░░░░░ epoch 3/10, loss 0.04, accuracy 0.25, 8 s left')
      expect(rest).toEqual([])
      terminal.log('second, which is rather longer than the bar that was drawn before at the place where it is printed')
      const screen = showScreen(stream.text)
      expect(screen[0]).toBe('first')
      expect(screen[1]).toMatch(/^second, .* printed$/)
      expect(screen.slice(2)).toEqual([bar])
    } finally {
      progress.finish()
    }
    terminal.log('last')
    expect(showScreen(stream.text).map((line) => line.slice(0, 6))).toEqual(['first', 'second', 'last', ''])
  })

  test('two bars at once, one of them done first', async () => {
    const { stream, clock, open } = makeStream(true)
    const terminal = await open()
    const outer = terminal.startProgress({ title: 'Ensemble', total: 5 })
    const inner = terminal.startProgress(training)
    clock.now = 5000
    outer.update(1)
    inner.update(50)
    clock.now = 5200
    inner.update(52)
    expect(showScreen(stream.text).map((line) => line.slice(0, 8))).toEqual(['Ensemble', 'Training'])
    inner.finish()
    terminal.log('between')
    clock.now = 6000
    outer.update(2)
    expect(showScreen(stream.text).map((line) => line.slice(0, 8))).toEqual(['between', 'Ensemble'])
    outer.finish()
    terminal.log('end')
    expect(showScreen(stream.text)).toEqual(['between', 'end', ''])
  })

  test('a bar is cut to the width of the screen', async () => {
    const { stream, clock, open } = makeStream(true, 40)
    const progress = (await open()).startProgress(training)
    train(progress, clock, 100, 30)
    progress.finish()
    expect(Math.max(...stream.text.split(ESCAPE).map((part) => part.replace(/^\[\d*[A-Z]/, '').length))).toBeLessThan(
      40,
    )
  })

  test('closing takes all bars away, and the work may go on', async () => {
    const { stream, clock, open } = makeStream(true)
    const terminal = await open()
    const progress = terminal.startProgress(training)
    train(progress, clock, 100, 50)
    terminal.close()
    expect(showScreen(stream.text)).toEqual([''])
    progress.update(60)
    progress.finish()
    expect(showScreen(stream.text)).toEqual([''])
  })
})

test('figures and durations are short', () => {
  expect([0.123456, 12.3456, 1.23456e-7, 3, Number.NaN].map(formatFigure)).toEqual([
    '0.1235',
    '12.35',
    '1.235e-7',
    '3',
    'NaN',
  ])
  expect([0.2, 59.4, 60, 3599.6, 3905].map(formatDuration)).toEqual([
    '0 s',
    '59 s',
    '1 min 0 s',
    '1 h 0 min',
    '1 h 5 min',
  ])
})
