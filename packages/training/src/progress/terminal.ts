// What a person sees while a run is going on: lines of text, and a bar for whatever takes longer than two seconds.
//
// Everything goes to one stream (standard error by default), so that standard output stays clean for results. Lines and
// bars must come from one Terminal: only then does a line appear above the bar instead of in the middle of it.
import type { GenericFormatter, MultiBar, SingleBar } from 'cli-progress'
import { formatDuration, formatFigures } from './format.ts'

/** Where the text goes: `process.stderr` or anything alike. */
export interface TerminalStream {
  write(text: string): unknown
  /** Whether somebody watches; bars are drawn only then. */
  readonly isTTY?: boolean
  readonly columns?: number
}

/** What a bar counts. */
export interface ProgressOptions {
  /** In front of the bar, e.g. `Training`. */
  readonly title: string
  /** How many steps there will be. */
  readonly total: number
  /** Steps that an earlier run has done: they count as done, but not for the remaining time. Default 0. */
  readonly initial?: number
  /** What several steps make: `{ name: 'epoch', every: 100 }` shows `epoch 3/10`, and without a screen prints a line for each. */
  readonly milestone?: { readonly name: string; readonly every: number }
}

/** A piece of work under way. */
export interface Progress {
  /** Tells how many of the steps are done, and the current figures. Cheap enough for every step. */
  update(done: number, figures?: Readonly<Record<string, number>>): void
  /** Takes the bar away. Call it in `finally`: a bar left standing keeps the process alive. */
  finish(): void
}

/** Lines and bars on one stream. */
export interface Terminal {
  /** Prints a line, above the bars if there are any. */
  log(line: string): void
  /** Begins a piece of work. Nothing shows before it has taken two seconds. */
  startProgress(options: ProgressOptions): Progress
  /** Takes all bars away, before another program or an error takes over the screen. */
  close(): void
}

/** For tests: another clock. */
export interface TerminalOptions {
  /** Milliseconds. */
  readonly now?: () => number
  /** How long a piece of work may take before its bar shows, in milliseconds. Default 2000. */
  readonly patience?: number
}

const REDRAW = 100 // milliseconds
const PLAIN_LINE = 10_000 // milliseconds between lines where there is neither a screen nor a milestone
const BAR_WIDTH = 24

interface Task extends ProgressOptions {
  readonly started: number
  done: number
  figures: Readonly<Record<string, number>>
}

/**
 * A terminal on a stream. With a screen, bars are drawn with the time that remains and the current figures; without one (a
 * file, a pipe), a plain line is printed for each milestone.
 */
export async function createTerminal(
  stream: TerminalStream = process.stderr,
  options: TerminalOptions = {},
): Promise<Terminal> {
  const { now = Date.now, patience = 2000 } = options
  return stream.isTTY ? createScreen(stream, now, patience) : createPlain(stream, now, patience)
}

function startTask(options: ProgressOptions, now: number): Task {
  return { ...options, started: now, done: options.initial ?? 0, figures: {} }
}

/** The whole state of a task in words. */
function describeTask(task: Task, now: number): string {
  const { done, total, initial = 0, milestone } = task
  const parts: string[] = []
  if (milestone) {
    const whole = Math.ceil(total / milestone.every)
    const current = Math.min(whole, Math.max(1, Math.ceil(done / milestone.every)))
    parts.push(`${milestone.name} ${current}/${whole}`)
  } else {
    parts.push(`${done}/${total}`)
  }
  if (Object.keys(task.figures).length > 0) parts.push(formatFigures(task.figures))
  const seconds = (now - task.started) / 1000
  if (done > initial && done < total)
    parts.push(`${formatDuration((seconds / (done - initial)) * (total - done))} left`)
  if (done >= total) parts.push(formatDuration(seconds))
  return parts.join(', ')
}

function createPlain(stream: TerminalStream, now: () => number, patience: number): Terminal {
  const log = (line: string): void => void stream.write(`${line}\n`)
  return {
    log,
    startProgress(options): Progress {
      const task = startTask(options, now())
      const every = options.milestone?.every
      let printed = task.done
      let next = task.started + patience
      return {
        update(done, figures = task.figures): void {
          Object.assign(task, { done, figures })
          const isMilestone =
            every !== undefined && (Math.floor(done / every) > Math.floor(printed / every) || done >= task.total)
          if (every === undefined ? now() < next : !isMilestone || done === printed) return
          log(`${task.title}: ${describeTask(task, now())}`)
          printed = done
          next = now() + PLAIN_LINE
        },
        finish(): void {},
      }
    },
    close(): void {},
  }
}

async function createScreen(stream: TerminalStream, now: () => number, patience: number): Promise<Terminal> {
  // Loaded only where there is a screen: a browser has none.
  const { Format, MultiBar: Bars, Presets } = (await import('cli-progress')).default
  let bars: MultiBar | undefined
  let lastDrawn = 0
  let active = 0

  const redraw = (): void => {
    bars?.update()
    lastDrawn = now()
  }
  const openBars = (): MultiBar => {
    const format: GenericFormatter = (barOptions, params, payload: { task: Task }) => {
      const bar = Format.BarFormat(params.progress, barOptions)
      const line = `${payload.task.title} ${bar} ${describeTask(payload.task, now())}`
      return line.slice(0, (stream.columns || 80) - 1)
    }
    return new Bars(
      {
        stream: stream as NodeJS.WriteStream,
        format,
        barsize: BAR_WIDTH,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        clearOnComplete: true,
        forceRedraw: true, // else a line printed above leaves an unchanged bar out
        linewrap: true, // leaves the terminal's own setting alone; lines are cut to its width above
      },
      Presets.legacy,
    )
  }
  const close = (): void => {
    bars?.stop()
    bars = undefined
    active = 0
  }

  return {
    log(line): void {
      if (bars === undefined) stream.write(`${line}\n`)
      else {
        bars.log(`${line}\n`)
        redraw()
      }
    },
    startProgress(options): Progress {
      const task = startTask(options, now())
      let bar: SingleBar | undefined
      let owner: MultiBar | undefined
      return {
        update(done, figures = task.figures): void {
          Object.assign(task, { done, figures })
          if (bar === undefined) {
            if (now() - task.started < patience || done >= task.total) return
            bars ??= openBars()
            owner = bars
            bar = owner.create(task.total, done, { task })
            active++
          }
          bar.update(done)
          if (owner !== bars || now() - lastDrawn < REDRAW) return
          redraw() // at once: training on the host may never let the library's timer run
        },
        finish(): void {
          if (bar === undefined || owner !== bars) return
          owner?.remove(bar)
          bar = undefined
          if (--active === 0) close()
        },
      }
    },
    close,
  }
}
