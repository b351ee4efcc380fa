// The networks that are compared: what stands between the words' vectors and the slots.
import { concat, zeros } from '@deep-recipe/core-tensor'
import { dense, type Layer, makeLayer, sequential, tanh } from '@deep-recipe/layers-core'
import { bidirectional, gru, lstm, peepholeLstm, simpleRnn } from '@deep-recipe/layers-rnn'

/** Names of the networks, as typed after `--model`: from the one that sees least to the one that sees most. */
export const modelNames = [
  'feed-forward',
  'window',
  'simple-rnn',
  'lstm',
  'peephole-lstm',
  'gru',
  'bidirectional-lstm',
] as const

/** One of these names. */
export type ModelName = (typeof modelNames)[number]

/** A network of the table. */
export interface Model {
  readonly name: ModelName
  /** For people. */
  readonly title: string
  /** What it can see when it tags a word. */
  readonly sees: string
  /** [batch, time, features] → [batch, time, anything]. */
  readonly body: (units: number) => Layer
}

/** Words to either side that `window` sees. */
const reach = 2

const models: { readonly [Name in ModelName]: Omit<Model, 'name'> } = {
  'feed-forward': {
    title: 'Feed-forward, one word',
    sees: 'the word alone',
    body: (units) => dense(units, { activation: tanh }),
  },
  window: {
    title: 'Feed-forward, window',
    sees: `the word and ${reach} to either side`,
    body: (units) => sequential(contextWindow(reach), dense(units, { activation: tanh })),
  },
  'simple-rnn': { title: 'Simple RNN', sees: 'what came before', body: (units) => simpleRnn(units) },
  lstm: { title: 'LSTM', sees: 'what came before, with a memory', body: (units) => lstm(units) },
  'peephole-lstm': {
    title: 'Peephole LSTM',
    sees: 'the same; its gates see the memory',
    body: (units) => peepholeLstm(units),
  },
  gru: { title: 'GRU', sees: 'what came before, with two gates', body: (units) => gru(units) },
  'bidirectional-lstm': {
    title: 'Bidirectional LSTM',
    sees: 'the whole sentence',
    body: (units) => bidirectional(lstm(units)),
  },
}

/** The model of a name. */
export function findModel(name: ModelName): Model {
  return { name, ...models[name] }
}

/** Each step beside its neighbours, zeros beyond the ends: [batch, time, features] → [batch, time, (2 reach + 1) features]. */
export function contextWindow(reach: number): Layer {
  return makeLayer(`contextWindow(${reach})`, (input) => {
    const [batch, time, features] = input.shape as [number, number, number]
    const edge = zeros([batch, reach, features])
    const padded = concat([edge, input, edge], 1)
    const views = Array.from({ length: 2 * reach + 1 }, (_, shift) =>
      padded.slice([0, shift, 0], [batch, time, features]),
    )
    return concat(views, -1)
  })
}
