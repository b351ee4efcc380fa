// Weights of words against networks that are shown the sentence without them, and against finite differences.
import { mapTree, openReference, type Tensor, tensor } from '@deep-recipe/core-tensor'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import { expect, test } from 'vitest'
import { columns, padEncoded } from './encoder.ts'
import { type ExplainMethod, makeExplainer } from './explain.ts'
import { drawNetwork, encoder, words } from './fixtures/drawn-network.ts'
import { marginOf } from './model.ts'
import { makeScorer, type TrainedModel } from './scoring.ts'

const backend = openReference()
const sentences = [words.slice(0, 6), words.slice(4, 15), ['never', 'seen']].map((some) => encoder.encode(some))
const networks = [await drawNetwork('last', 3), await drawNetwork('attention', 4)]

async function explain(method: ExplainMethod, some: readonly TrainedModel[] = networks) {
  const explainer = makeExplainer(some, method, backend)
  return explainer.explain(sentences).finally(explainer.dispose)
}

/** Margins of a sentence whose vectors are each multiplied by a number, for several such rows of numbers; no padding. */
async function marginsWith({ model, params }: TrainedModel, numbers: Int32Array, rows: number[][]): Promise<number[]> {
  const weights = mapTree(params, (leaf) => tensor(leaf as never)) as Params
  const vectors: Tensor = model.lookUp(weights, tensor(padEncoded([numbers], numbers.length / columns)), evaluation)
  const scaled = vectors.mul(tensor(rows).expandDims(-1))
  return (await marginOf(model.judge(weights, scaled, evaluation)).array()) as number[]
}

test.each(networks.map((network) => [network.model.pooling, network] as const))('%s', async (_, network) => {
  const [left, slope] = [await explain('occlusion', [network]), await explain('gradient', [network])]
  for (const [i, numbers] of sentences.entries()) {
    const count = numbers.length / columns
    const ones = new Array<number>(count).fill(1)
    const step = 3e-3
    // The sentence as it is, without each word, and with each word's vector a little longer and a little shorter.
    const rows = [ones, ...[0, 1 + step, 1 - step].flatMap((scale) => ones.map((_, at) => ones.with(at, scale)))]
    const [whole = 0, ...margins] = await marginsWith(network, numbers, rows)
    expect(left[i]?.weights.length).toBe(count)
    ones.forEach((_, at) => {
      const [without, above, below] = [0, 1, 2].map((kind) => margins[kind * count + at] as number) as [
        number,
        number,
        number,
      ]
      expect(left[i]?.weights[at]).toBeCloseTo(whole - without, 4)
      // d margin / d scale at 1 is the gradient times the vector.
      expect(slope[i]?.weights[at]).toBeCloseTo((above - below) / (2 * step), 2)
    })
  }
})

test('of several networks, means; and the probability is that of the verdict', async () => {
  const [both, ...single] = [
    await explain('occlusion'),
    await explain('occlusion', networks.slice(0, 1)),
    await explain('occlusion', networks.slice(1)),
  ]
  both?.forEach(({ weights, probability }, i) => {
    const own = single.map((one) => one[i] as (typeof one)[number])
    weights.forEach((weight, at) => {
      expect(weight).toBeCloseTo(((own[0]?.weights[at] as number) + (own[1]?.weights[at] as number)) / 2, 5)
    })
    expect(probability).toBeCloseTo(((own[0]?.probability as number) + (own[1]?.probability as number)) / 2, 5)
  })
  const scorer = makeScorer(networks[0] as TrainedModel, backend)
  const probabilities = await scorer.score(sentences)
  scorer.dispose()
  probabilities.forEach((probability, i) => {
    expect(single[0]?.[i]?.probability).toBeCloseTo(probability, 5)
  })
})

test('attention is a share for each word, of the network that attends alone', async () => {
  const [both, one] = [await explain('attention'), await explain('attention', networks.slice(1))]
  both.forEach(({ weights }, i) => {
    expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 5)
    expect(weights).toEqual(one[i]?.weights)
  })
})
