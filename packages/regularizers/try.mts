// Dropout as an ensemble: each mask is a network of its own. What do ten thousand of them say on average, and what does the one
// network of the test say, whose weights are multiplied by 1 − p?
//
// Run it with `pnpm --filter @deep-recipe/regularizers try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then change
// - `rate`, to 0.9: a network is left with two units or so, and it takes many of them until the average holds still;
// - `bend`, to relu or softplus: for a network that is not linear the rule is an approximation. When is it a bad one?
// - `scaling`, to 'inverted': what is kept becomes larger instead, and the test needs no rule.
import { randomKey, randomNormal } from '@deep-recipe/core-tensor'
import { dense, evaluation, tanh } from '@deep-recipe/layers-core'
import { dropout, scaleOutgoingWeights } from '@deep-recipe/regularizers'

const rate = 0.5
const bend = tanh
const scaling: 'original' | 'inverted' = 'original'

const units = 20
const hidden = randomNormal(randomKey(1), [1, units])
const readout = dense(1)
const params = readout.init(randomKey(2), [units])

// Ten thousand rows of the same numbers: in each of them other units are dropped.
const same = hidden.broadcastTo([10_000, units])
const thinned = dropout(rate, { scaling }).apply({}, same, { training: true, key: randomKey(3) })
console.log('Eight masks (● kept, · dropped):')
const masks = (await thinned.slice([0, 0], [8, units]).notEqual(0).array()) as boolean[][]
for (const mask of masks) console.log(' ', mask.map((kept) => (kept ? '●' : '·')).join(' '))

const linear = await readout.apply(params, thinned, evaluation).data()
const bent = await bend(readout.apply(params, thinned, evaluation)).data()
const mean = (numbers: ArrayLike<number>, count: number): string =>
  (
    Array.from(numbers)
      .slice(0, count)
      .reduce((sum, number) => sum + number, 0) / count
  )
    .toFixed(3)
    .padStart(10)
console.log('\nnetworks averaged    linear      bent')
for (const count of [1, 10, 100, 1000, 10_000]) {
  console.log(String(count).padStart(17), mean(linear, count), mean(bent, count))
}
const forTest = scaling === 'original' ? scaleOutgoingWeights(params, rate) : params
const label = scaling === 'original' ? 'one, weights × 1−p' : 'one, as it is'
const said = readout.apply(forTest, hidden, evaluation)
console.log(label.padStart(17), mean(await said.data(), 1), mean(await bend(said).data(), 1))
