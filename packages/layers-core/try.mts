// A signal on its way through twenty layers: how large it still is behind each of them, for four ways to draw the first weights.
//
// Run it with `pnpm --filter @deep-recipe/layers-core try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then change
// - `between`, to tanh: nothing can explode any more, but with 0.25 the units stay near ±1, where tanh is flat;
// - a deviation of the normal weights, to 0.14: for layers of 100 units this is He's number. For `units` of 400 it explodes;
// - the model: layerNorm() behind each dense layer, and all four lines are flat.
import { evaluate, openReference, randomKey, randomNormal, stack } from '@deep-recipe/core-tensor'
import {
  activation,
  dense,
  glorotNormal,
  heNormal,
  type Initializer,
  normalInitializer,
  observeLayers,
  relu,
  sequential,
} from '@deep-recipe/layers-core'

const units = 100
const between = relu
const starts: Readonly<Record<string, Initializer>> = {
  'normal, deviation 0.05': normalInitializer(0.05),
  'normal, deviation 0.25': normalInitializer(0.25),
  'Glorot, 2 / (inputs + outputs)': glorotNormal,
  'He, 2 / inputs': heNormal,
}

console.log('Root mean square behind the layers 1 to 20; ▅ is 1, each level up or down a factor of 10.\n')
for (const [name, weightInitializer] of Object.entries(starts)) {
  const layers = Array.from({ length: 20 }, () => [dense(units, { weightInitializer }), activation(between)]).flat()
  const model = sequential(...layers)
  const input = randomNormal(randomKey(1), [200, units])
  const calls = observeLayers(model, model.init(randomKey(2), [units]), input)
  const outputs = calls.filter(({ layer }) => layer.name === 'activation').map(({ output }) => output)
  const sizes = await evaluate(openReference(), stack(outputs.map((output) => output.square().mean().sqrt())))
  const numbers = Array.from(await sizes.data())
  const levels = numbers.map((size) => Math.min(Math.max(Math.round(Math.log10(size)) + 4, 0), 7))
  console.log(name.padEnd(32), levels.map((level) => '▁▂▃▄▅▆▇█'[level]).join(''), numbers.at(-1)?.toExponential(0))
}
