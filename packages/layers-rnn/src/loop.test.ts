// What stays inside the compiled loops: one product on the way forth and one on the way back, whatever the options.
import {
  type Graph,
  type Node,
  type NodeOf,
  optimizeGraph,
  randomKey,
  type Tensor,
  traceGraph,
  valueAndGrad,
  zeros,
} from '@deep-recipe/core-tensor'
import type { Context, Params } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { gru, originalGru } from './cells/gru.ts'
import { lstm } from './cells/lstm.ts'
import { peepholeLstm } from './cells/peephole-lstm.ts'
import { simpleRnn } from './cells/simple-rnn.ts'
import type { RecurrentLayer, RecurrentOptions } from './recurrent.ts'

const [batch, time, features, units] = [2, 6, 3, 4]

const scansOf = ({ nodes }: Graph): NodeOf<'scan'>[] =>
  nodes.filter((node): node is NodeOf<'scan'> => node.operation === 'scan')
const count = ({ nodes }: Graph, operation: Node['operation']): number =>
  nodes.filter((node) => node.operation === operation).length
const countInLoops = (graph: Graph, operation: Node['operation']): number[] =>
  scansOf(graph).map(({ attributes }) => count(attributes.body, operation))

/** The optimized graph of a run, and of a loss with its gradients. */
function traceLayer(make: (options: RecurrentOptions) => RecurrentLayer, options: RecurrentOptions, masked: boolean) {
  const layer = make(options)
  const params = layer.init(randomKey(1), [time, features])
  const args = [params, zeros([batch, time, features]), zeros([batch, time], 'bool'), zeros([2], 'int32')] as const
  const apply = (given: Params, input: Tensor, mask: Tensor, key: Tensor): Tensor => {
    const context: Context = { training: true, key, ...(masked && { mask }) }
    return layer.apply(given, input, context)
  }
  return {
    forward: optimizeGraph(traceGraph(apply, ...args)),
    both: optimizeGraph(
      traceGraph(
        (...given: typeof args) =>
          valueAndGrad((p: Params) => apply(p, given[1], given[2], given[3]).square().mean())(given[0]),
        ...args,
      ),
    ),
  }
}

describe.each<[string, (options: RecurrentOptions) => RecurrentLayer, number]>([
  ['simpleRnn', (options) => simpleRnn(units, options), 1],
  ['lstm', (options) => lstm(units, options), 4],
  ['peepholeLstm', (options) => peepholeLstm(units, options), 4],
  ['gru', (options) => gru(units, options), 3],
])('%s', (_, make, gates) => {
  test.each<[string, RecurrentOptions, boolean]>([
    ['as it is', {}, false],
    ['reversed, the last step', { reverse: true, output: 'last' }, false],
    ['with a mask', {}, true],
    ['with a mask, the last step, a learned state', { output: 'last', initialState: 'learned' }, true],
    ['truncated', { truncate: 2 }, false],
    ['with dropout', { dropout: 0.5, recurrentDropout: 0.5 }, true],
  ])('%s', (_name, options, masked) => {
    const { forward, both } = traceLayer(make, options, masked)
    expect(countInLoops(forward, 'matmul')).toEqual([1])
    // The products of all steps with the inputs are one, before the loop.
    expect(count(forward, 'matmul')).toBe(1)
    const product = forward.nodes.find(({ operation }) => operation === 'matmul') as Node
    expect(product.shape).toEqual([time * batch, gates * units])

    expect(countInLoops(both, 'matmul')).toEqual([1, 1])
    // Beside that one: the gradients of the input and the recurrent weights.
    expect(count(both, 'matmul')).toBe(3)
    // No gradient of a weight or a bias is added up step by step: what is carried back is the state's.
    expect(countInLoops(both, 'sum')).toEqual([0, 0])
    const states = scansOf(forward).map(({ attributes }) => attributes.carries)
    expect(scansOf(both).map(({ attributes }) => attributes.carries)).toEqual([...states, ...states])
    // Random masks are drawn before the loop: one for a whole sequence.
    expect(countInLoops(both, 'random')).toEqual([0, 0])
  })
})

test('the GRU of the paper resets before its product, so that its loop has two', () => {
  const { forward } = traceLayer((options) => originalGru(units, options), {}, false)
  expect(countInLoops(forward, 'matmul')).toEqual([2])
})
