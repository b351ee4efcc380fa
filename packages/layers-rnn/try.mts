// How far back can a recurrent network learn? What is left of a gradient on its way back through sixty steps, for four networks.
//
// Run it with `pnpm --filter @deep-recipe/layers-rnn try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then change
// - `forgetBias`, to 0 or 4: how long an LSTM remembers before it has learned anything hangs on this number;
// - the weights of the simple network, to 1.5 and 3 times as much: its gradient vanishes later, then explodes;
// - `loudness` of the input, to 0.01: where tanh is a straight line the simple network loses nothing. The GRU still does:
//   its gates stand half open.
import { randomKey, randomNormal, type Tensor } from '@deep-recipe/core-tensor'
import {
  gruCell,
  gruJacobians,
  lstmCell,
  lstmJacobians,
  measureCellPath,
  measureGradientFlow,
  simpleRnnCell,
  simpleRnnJacobians,
} from '@deep-recipe/layers-rnn'

const [steps, units, forgetBias, loudness] = [60, 16, 2, 1]
const key = randomKey(1)
const inputs = randomNormal(randomKey(2), [1, steps, 4]).mul(loudness)
const simple = simpleRnnCell(units).init(key, 4)
const recurrentWeight = simple.recurrentWeight.mul(1)
const lstm = lstmJacobians(lstmCell(units, { forgetBias }).init(key, 4), inputs)

// log₁₀ of the norm of ∂(last state) / ∂(state at step k), for each k.
const flows: Readonly<Record<string, Tensor>> = {
  'simple RNN': measureGradientFlow(simpleRnnJacobians({ ...simple, recurrentWeight }, inputs)),
  GRU: measureGradientFlow(gruJacobians(gruCell(units).init(key, 4), inputs)),
  LSTM: measureGradientFlow(lstm.state),
  'LSTM, its cells alone': measureCellPath(lstm.cellPath),
}
console.log('From the last step (right) back to the first; █ is 1, each level down a factor of 10, · below 10⁻⁷.\n')
for (const [name, flow] of Object.entries(flows)) {
  const logarithms = Array.from(await flow.data())
  const levels = logarithms.map((logarithm) => '·▁▂▃▄▅▆▇█'[Math.min(Math.max(Math.round(logarithm) + 8, 0), 8)])
  console.log(name.padEnd(22), levels.join(''), `10^${logarithms[0]?.toFixed(1)}`)
}
