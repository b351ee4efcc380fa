// Where the time of a task goes: BENCH_PROFILE='LSTM step' node … workers/ours.ts waits for every draw and adds up.
import type { GlBackend, GlDevice } from '../../../packages/gl-kernels/src/index.node.ts'

/** Prints the draws of one run, grouped by program, slowest first. */
export async function profile(
  backend: GlBackend,
  tasks: Record<string, () => Promise<() => Promise<void>>>,
  name: string,
): Promise<void> {
  const times = new Map<string, { count: number; ms: number; text: string }>()
  const { device } = backend
  const draw = device.draw.bind(device)
  const run = await tasks[name]?.()
  if (!run) throw new Error(`No task ${name}`)
  for (let i = 0; i < 2; i++) await run()
  let started = performance.now()
  await run()
  console.log(`${name}: ${(performance.now() - started).toFixed(1)} ms`, backend.memory())
  device.draw = ((program, inputs, output, rows, steps) => {
    device.finish()
    const begun = performance.now()
    draw(program, inputs, output, rows, steps)
    device.finish()
    const ms = performance.now() - begun
    const key = program.source
    const entry = times.get(key) ?? {
      count: 0,
      ms: 0,
      text: `${output.width}x${rows.count} from ${inputs.map((t) => `${t.width}x${t.height}`)}`,
    }
    times.set(key, { ...entry, count: entry.count + 1, ms: entry.ms + ms })
  }) as typeof GlDevice.prototype.draw
  started = performance.now()
  await run()
  console.log(`waiting for each draw: ${(performance.now() - started).toFixed(1)} ms`)
  const rows = [...times].sort((a, b) => b[1].ms - a[1].ms)
  for (const [source, { count, ms, text }] of rows.slice(0, Number(process.env.BENCH_ROWS ?? 12))) {
    console.log(`${ms.toFixed(2)} ms, ${count} draws, ${text}`)
    if (process.env.BENCH_SOURCE) console.log(source.slice(source.indexOf('void main')))
  }
}
