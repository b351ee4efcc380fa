// Runs every task on every peer in turns, round after round, and prints medians and minima: node run.mjs [--rounds 7] [--only TASK] [--peers A,B]
import { spawn, spawnSync } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
    peers: { type: 'string', default: 'ours,torch,tfjs-wasm,tfjs-cpu,jax' },
  },
})
const file = (name) => fileURLToPath(new URL(`workers/${name}`, import.meta.url))
const python = process.env.BENCH_PYTHON ?? 'python3'
const commands = {
  ours: [process.execPath, '--conditions=@deep-recipe/source', '--import', import.meta.resolve('tsx'), file('ours.ts')],
  torch: [python, file('pytorch.py')],
  'tfjs-wasm': [process.execPath, file('tfjs.mjs'), 'wasm'],
  'tfjs-cpu': [process.execPath, file('tfjs.mjs'), 'cpu'],
  jax: [process.execPath, file('jax.mjs')],
}
/** Runs per round: short tasks are timed over several. */
const repeats = {
  matmul: 5,
  'lstm 16×20×100': 20,
  'lstm 32×30×128→256→500': 3,
  convolution: 2,
  'ctc 32×200×80, 40 labels': 5,
  'beam-5, 50 captions': 2,
}
/** A task slower than this (ms) is not repeated in later rounds. */
const patience = 15_000

class Peer {
  constructor(key, command) {
    this.key = key
    this.child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'ignore'] })
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
  }
  async read() {
    const { value, done } = await this.lines.next()
    return done ? undefined : JSON.parse(value)
  }
  async ask(task, count) {
    this.child.stdin.write(`${JSON.stringify({ task, repeats: count })}\n`)
    return this.read()
  }
}

if (spawnSync(python, ['-c', 'import torch']).status !== 0) {
  console.log(
    'PyTorch is skipped: `import torch` fails (on Debian: apt-get install python3-torch libopenblas0-pthread).',
  )
  delete commands.torch
}
const peers = []
for (const key of values.peers.split(',')) {
  if (!commands[key]) continue
  const peer = new Peer(key, commands[key])
  const hello = await peer.read()
  if (!hello) {
    console.log(`${key} is skipped: it did not start. Run \`npm install\` in this folder.`)
    continue
  }
  peers.push(Object.assign(peer, hello))
}
const tasks = (peers[0]?.tasks ?? []).filter((task) => !values.only || task.startsWith(values.only))
// The median tells what to expect; the minimum is what other work on the machine disturbs least.
const describe = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b)
  return `${sorted[Math.floor(sorted.length / 2)].toFixed(1)} (${sorted[0].toFixed(1)})`
}
const showLoad = (when) => console.log(`Load ${when}: ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores.\n`)
showLoad('before')
console.log(`| task | ${peers.map((peer) => peer.name).join(' | ')} |\n|---|${peers.map(() => '---:|').join('')}`)
for (const task of tasks) {
  const times = new Map(peers.map((peer) => [peer, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const peer of peers) {
      const known = times.get(peer)
      if (!peer.tasks.includes(task) || known.error || known[0] > patience) continue
      const { ms, error } = await peer.ask(task, known[0] > 1000 ? 1 : (repeats[task] ?? 1))
      if (error) known.error = error
      else known.push(ms)
    }
  }
  const cells = peers.map((peer) => {
    const known = times.get(peer)
    return known.error ? `fails: ${known.error.slice(0, 60)}` : known.length ? describe(known) : '–'
  })
  console.log(`| ${task} | ${cells.join(' | ')} |`)
}
showLoad('after')
for (const peer of peers) peer.child.kill()
