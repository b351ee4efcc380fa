// The protocol of a worker: it names itself and its tasks, then runs a task as often as it is asked and says how long
// one run took. The first run of a task is timed on its own: it holds tracing and compiling.
import { createInterface } from 'node:readline'

/** Serves `tasks`: each gives a function that runs once, to the end. */
export async function serve(name, tasks) {
  const send = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
  const ready = new Map()
  send({ name, tasks: Object.keys(tasks) })
  for await (const line of createInterface({ input: process.stdin })) {
    const { task, repeats } = JSON.parse(line)
    try {
      let first
      if (!ready.has(task)) {
        const started = performance.now()
        const run = await tasks[task]()
        await run()
        first = performance.now() - started
        ready.set(task, run)
      }
      const run = ready.get(task)
      const [started, used] = [performance.now(), process.cpuUsage()]
      for (let i = 0; i < repeats; i++) await run()
      const ms = (performance.now() - started) / repeats
      const { user, system } = process.cpuUsage(used)
      // Processor time of all threads: the steadier number on a machine that others use too.
      send({ ms, cpu: (user + system) / 1000 / repeats, first })
    } catch (error) {
      send({ error: error.message })
    }
  }
}
