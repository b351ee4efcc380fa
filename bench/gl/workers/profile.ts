// Where the time of a task goes: BENCH_PROFILE='LSTM step' node … workers/ours.ts waits for every draw and adds up.
import type { GlBackend, GlDevice } from '../../../packages/gl-kernels/src/index.node.ts'

interface Entry {
  count: number
  readonly text: string
  readonly again: () => void
}

/** Prints the draws of one run, grouped by program, with the processor time of each over all threads. */
export async function profile(
  backend: GlBackend,
  tasks: Record<string, () => Promise<() => Promise<void>>>,
  name: string,
): Promise<void> {
  const run = await tasks[name]?.()
  if (!run) throw new Error(`No task ${name}`)
  for (let i = 0; i < 3; i++) await run()
  const whole = await measure(run, 10)
  console.log(`${name}: processor ${whole.toFixed(1)} ms`, backend.memory())
  const { device } = backend
  const draw = device.draw.bind(device)
  const entries = new Map<string, Entry>()
  device.draw = ((...args: Parameters<GlDevice['draw']>) => {
    draw(...args)
    const [program, inputs, output, rows] = args
    const entry = entries.get(program.source)
    if (entry) entry.count++
    else {
      const text = `${output.width}x${rows.count} from ${inputs.map(({ texture: t }) => `${t.width}x${t.height}`)}`
      entries.set(program.source, { count: 1, text, again: () => draw(...args) })
    }
  }) as GlDevice['draw']
  await run()
  device.finish()
  const rows: { text: string; source: string; ms: number }[] = []
  for (const [source, { count, text, again }] of entries) {
    const repeats = name === 'convolution step' ? 2 : 100
    const each = await measure(async () => {
      for (let i = 0; i < repeats; i++) again()
      device.finish()
    }, 1)
    rows.push({ source, ms: (count * each) / repeats, text: `${count} × ${(each / repeats).toFixed(3)} ms, ${text}` })
  }
  rows.sort((a, b) => b.ms - a.ms)
  for (const { source, ms, text } of rows.slice(0, Number(process.env.BENCH_ROWS ?? 12))) {
    console.log(`${ms.toFixed(2)} ms = ${text}`)
    if (process.env.BENCH_SOURCE) console.log(source.slice(source.indexOf('void main')))
  }
}

async function measure(run: () => Promise<void>, times: number): Promise<number> {
  await run()
  const before = process.cpuUsage()
  for (let i = 0; i < times; i++) await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / times
}
