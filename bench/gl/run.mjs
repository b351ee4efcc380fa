// Runs every task on every peer in turns, round after round, and prints medians: node run.mjs [--rounds 5] [--only TASK] [--peers ours,tfjs,gpu,onnx]
import { spawn } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    peers: { type: 'string', default: 'ours,tfjs,gpu,onnx' },
  },
})
const file = (name) => fileURLToPath(new URL(`workers/${name}`, import.meta.url))
const commands = {
  ours: ['--conditions=@deep-recipe/source', '--import', import.meta.resolve('tsx'), file('ours.ts')],
  tfjs: [file('tfjs.mjs')],
  gpu: [file('gpu.mjs')],
  onnx: ['--conditions=@deep-recipe/source', '--import', import.meta.resolve('tsx'), file('onnx.ts')],
}
/** Runs per round: short tasks are timed over several. */
const repeats = { 'matmul 512': 5, 'LSTM step': 3, 'LSTM step (layers)': 3 }

class Peer {
  constructor(key) {
    this.child = spawn(process.execPath, commands[key], {
      stdio: ['pipe', 'pipe', process.env.BENCH_ERRORS ? 'inherit' : 'ignore'],
    })
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
  }
  /** The next message; what else a peer prints is passed over. */
  async read() {
    for (;;) {
      const { value, done } = await this.lines.next()
      if (done) return undefined
      if (value.startsWith('{')) return JSON.parse(value)
    }
  }
  async ask(task, count) {
    this.child.stdin.write(`${JSON.stringify({ task, repeats: count })}\n`)
    return (await this.read()) ?? { error: 'the worker ended' }
  }
}

const peers = []
for (const key of values.peers.split(',')) {
  const peer = new Peer(key)
  const hello = await peer.read()
  if (hello) peers.push(Object.assign(peer, hello))
  else
    console.log(
      `${key} is skipped: it did not start (npm install --ignore-scripts in this folder; BENCH_ERRORS=1 shows why).`,
    )
}
/** Other work on the machine disturbs every figure: say how much there is. */
const printLoad = (when) =>
  console.log(`load ${when}: ${loadavg()[0].toFixed(1)} on ${availableParallelism()} processors (these peers included)`)
printLoad('at the beginning')
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
const tasks = (peers[0]?.tasks ?? []).filter((task) => !values.only || task.startsWith(values.only))
for (const task of tasks) {
  const results = new Map()
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const peer of peers) {
      if (!peer.tasks.includes(task)) continue
      const known = results.get(peer) ?? { times: [], cpu: [], first: undefined, error: undefined }
      results.set(peer, known)
      if (known.error) continue
      const { ms, cpu, first, error } = await peer.ask(task, repeats[task] ?? 1)
      known.error = error
      known.first ??= first
      if (ms === undefined) continue
      known.times.push(ms)
      known.cpu.push(cpu)
    }
  }
  for (const [peer, { times, cpu, first, error }] of results) {
    const own = results.get(peers[0])
    const time = median(times)
    const text = error
      ? `fails: ${error.slice(0, 200)}`
      : `${time.toFixed(1)} ms, processor ${median(cpu).toFixed(1)} ms (first ${first.toFixed(0)} ms)`
    const ratio =
      peer === peers[0] || error
        ? ''
        : `, ${(time / median(own.times)).toFixed(2)} × ours, processor ${(median(cpu) / median(own.cpu)).toFixed(2)} ×`
    const rate = task === 'matmul 512' && !error ? `, ${((2 * 512 ** 3) / time / 1e6).toFixed(2)} GFLOP/s` : ''
    console.log(`${task.padEnd(18)} ${peer.name.padEnd(24)} ${text}${rate}${ratio}`)
  }
}
printLoad('at the end')
for (const { child } of peers) child.kill()
