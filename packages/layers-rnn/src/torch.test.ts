// Networks with PyTorch's weights against PyTorch: outputs, last states, and the gradients of everything.
import { RecipeError, stack, type Tensor, tensor, zeros } from '@deep-recipe/core-tensor'
import { evaluation } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { bidirectional } from './bidirectional.ts'
import { gru } from './cells/gru.ts'
import { lstm } from './cells/lstm.ts'
import { simpleRnn } from './cells/simple-rnn.ts'
import { expected, expectSame, type Tensors, type TorchCase } from './fixtures/expected.ts'
import { lengthsToMask } from './mask.ts'
import type { RecurrentLayer, RecurrentState } from './recurrent.ts'
import { stacked } from './stacked.ts'
import { gruFromTorch, lstmFromTorch, simpleRnnFromTorch, stackFromTorch } from './torch.ts'

const units = 2

function makeLayer({ kind }: TorchCase): RecurrentLayer {
  if (kind === 'LSTM') return lstm(units)
  if (kind === 'GRU') return gru(units)
  return simpleRnn(units, { activation: kind === 'RNN-relu' ? 'relu' : 'tanh' })
}

/** PyTorch's results, computed with the layers of this package. */
function runLikeTorch(given: TorchCase, { input, h0, c0, ...weights }: Tensors): Tensors {
  const { kind, layers, bidirectional: bothWays, lengths } = given
  const layer = makeLayer(given)
  const model = stacked(...Array.from({ length: layers }, () => (bothWays ? bidirectional(layer) : layer)))
  const convert = { LSTM: lstmFromTorch, GRU: gruFromTorch }[kind as string] ?? simpleRnnFromTorch
  const params = stackFromTorch(convert, weights)

  const stateAt = (place: number): RecurrentState => ({
    h: (h0 as Tensor).at(place),
    ...(c0 && { c: c0.at(place) }),
  })
  const states = Array.from({ length: layers }, (_, position) => [
    position,
    bothWays ? { forward: stateAt(2 * position), backward: stateAt(2 * position + 1) } : stateAt(position),
  ])
  const mask = lengths && lengthsToMask(tensor(lengths, { dtype: 'int32' }), (input as Tensor).shape[1] as number)
  const context = { ...evaluation, ...(mask && { mask }) }
  const { output, lastState } = model.run(params, input as Tensor, context, Object.fromEntries(states))
  const last = Object.values(lastState).flatMap((state) =>
    bothWays ? [state.forward, state.backward] : [state],
  ) as Tensors[]
  const join = (name: string): Tensor => stack(last.map((state) => state[name] as Tensor))
  return { output, hn: join('h'), ...(c0 && { cn: join('c') }) }
}

test.each(
  expected.torch.map((given) => {
    const { kind, layers, bidirectional: bothWays, lengths, bias } = given
    const traits = [bothWays && 'bidirectional', lengths && `lengths ${lengths}`, !bias && 'no bias'].filter(Boolean)
    return [`${[kind, `${layers} layers`, ...traits].join(', ')}`, given] as const
  }),
)('%s', async (_, given) => {
  await expectSame(given, (leaves) => runLikeTorch(given, leaves))
})

describe('weights that do not fit', () => {
  const weights = { weight_ih_l0: zeros([8, 3]), weight_hh_l0: zeros([8, 2]) }

  test.each<[string, () => unknown, RegExp]>([
    ['a layer that is not there', () => lstmFromTorch(weights, { layer: 1 }), /expected weight_ih_l1 and weight_hh_l1/],
    ['nothing', () => stackFromTorch(lstmFromTorch, {}), /received none\. Check the layer and the prefix/],
    ['weights of another module', () => gruFromTorch(weights), /weight_ih_l0 with 6 rows for 3 gates of 2 units/],
    [
      'a bias of another length',
      () => lstmFromTorch({ ...weights, bias_hh_l0: zeros([6]) }),
      /bias_hh_l0 with 8 rows .* received Tensor\(float32\[6\]\)/,
    ],
    ['a projection', () => lstmFromTorch({ ...weights, weight_hr_l0: zeros([1, 2]) }), /without projection/],
  ])('%s', (_, convert, message) => {
    expect(convert).toThrow(RecipeError)
    expect(convert).toThrow(message)
  })

  test('a prefix leads to one module of a larger model', () => {
    const prefixed = Object.fromEntries(Object.entries(weights).map(([name, value]) => [`tagger.${name}`, value]))
    expect(lstmFromTorch(prefixed, { prefix: 'tagger.' }).inputWeight.shape).toEqual([3, 8])
    expect(Object.keys(stackFromTorch(lstmFromTorch, prefixed, 'tagger.'))).toEqual(['0'])
  })
})
