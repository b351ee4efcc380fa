// The worker's side of the benchmark: one task per line on standard input, its milliseconds as one line on standard output.
import { createInterface } from 'node:readline'

/** @param {string} name @param {Record<string, () => Promise<() => Promise<void>>>} tasks */
export async function serve(name, tasks) {
  const ready = new Map()
  console.log(JSON.stringify({ name, tasks: Object.keys(tasks) }))
  for await (const line of createInterface({ input: process.stdin })) {
    const { task, repeats } = JSON.parse(line)
    try {
      if (!ready.has(task)) {
        const run = await tasks[task]()
        // Warm up: compile, allocate, let the just-in-time compiler see it.
        for (let i = 0; i < 2; i++) await run()
        ready.set(task, run)
      }
      const run = ready.get(task)
      const start = performance.now()
      for (let i = 0; i < repeats; i++) await run()
      console.log(JSON.stringify({ task, ms: (performance.now() - start) / repeats }))
    } catch (error) {
      console.log(JSON.stringify({ task, error: String(error?.message ?? error).split('\n')[0] }))
    }
  }
}
