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
  /** What it can see when it tags a word; recurrent networks that walk forward may see some words ahead too. */
  readonly sees: string
  readonly walksForward: boolean
  /** [batch, time, features] → [batch, time, anything]. */
  readonly body: (units: number) => Layer
}

/** Words to either side that `window` sees. */
const reach = 2

const models: { readonly [Name in ModelName]: Omit<Model, 'name'> } = {
  'feed-forward': {
    title: 'Feed-forward, one word',
    sees: 'the word alone',
    walksForward: false,
    body: (units) => dense(units, { activation: tanh }),
  },
  window: {
    title: 'Feed-forward, window',
    sees: `the word and ${reach} to either side`,
    walksForward: false,
    body: (units) => sequential(contextWindow(reach, reach), dense(units, { activation: tanh })),
  },
  'simple-rnn': {
    title: 'Simple RNN',
    sees: 'what came before',
    walksForward: true,
    body: (units) => simpleRnn(units),
  },
  lstm: { title: 'LSTM', sees: 'what came before', walksForward: true, body: (units) => lstm(units) },
  'peephole-lstm': {
    title: 'Peephole LSTM',
    sees: 'what came before',
    walksForward: true,
    body: (units) => peepholeLstm(units),
  },
  gru: { title: 'GRU', sees: 'what came before', walksForward: true, body: (units) => gru(units) },
  'bidirectional-lstm': {
    title: 'Bidirectional LSTM',
    sees: 'the whole sentence',
    walksForward: false,
    body: (units) => bidirectional(lstm(units)),
  },
}

/**
 * The model of a name.
 *
 * @param lookAhead words after a word that networks which walk forward see, beside all that came before (as Mesnil and others,
 *   "Investigation of recurrent-neural-network architectures and learning methods for spoken language understanding", 2013).
 */
export function findModel(name: ModelName, lookAhead = 0): Model {
  const model = models[name]
  if (!model.walksForward || lookAhead === 0) return { name, ...model }
  return {
    name,
    ...model,
    sees: `${model.sees}, and ${lookAhead} ahead`,
    body: (units) => sequential(contextWindow(0, lookAhead), model.body(units)),
  }
}

/**
 * Each step beside its neighbours, zeros beyond the ends: [batch, time, features] → [batch, time, (before + 1 + after) features].
 */
export function contextWindow(before: number, after: number): Layer {
  return makeLayer(`contextWindow(${before}, ${after})`, (input) => {
    const [batch, time, features] = input.shape as [number, number, number]
    const padded = concat([zeros([batch, before, features]), input, zeros([batch, after, features])], 1)
    const views = Array.from({ length: before + 1 + after }, (_, shift) =>
      padded.slice([0, shift, 0], [batch, time, features]),
    )
    return concat(views, -1)
  })
}
