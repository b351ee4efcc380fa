// Which words speak for a verdict: what changes when a word is left out, the gradient along each word vector, or where
// attention looks.
import { type Backend, compile, concat, eye, full, type Tensor, valueAndGradWithAux } from '@deep-recipe/core-tensor'
import { batchByLength } from '@deep-recipe/datasets/words'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import { columns, padEncoded } from './encoder.ts'
import { findWords, marginOf, type SentimentModel } from './model.ts'
import { averageAll, roundUp, type TrainedModel, upload } from './scoring.ts'
import { mostSteps } from './training.ts'

/**
 * How words are weighed. The first two give numbers in logits: positive where a word speaks for a positive verdict.
 *
 * - `occlusion`: the margin of the sentence − the margin with this word's vector left out (Zeiler and Fergus, 2014; Li, Monroe
 *   and Jurafsky, 2016). As often as there are words; the networks know left-out words from their training.
 * - `gradient`: ∂margin/∂x_t · x_t, x_t the word's vector (Denil, Demiraj and de Freitas, 2014): once for all words.
 * - `attention`: the share α_t that the pooled vector takes from the step, which says nothing of the direction.
 */
export type ExplainMethod = 'occlusion' | 'gradient' | 'attention'

/** A sentence's probability of positive, and its words' weights, both as means over the networks. */
export interface Explanation {
  readonly probability: number
  readonly weights: readonly number[]
}

/** Explains sentences. */
export interface Explainer {
  /** @param sentences as numbers, each of at least one word. */
  explain(sentences: readonly Int32Array[]): Promise<Explanation[]>
  dispose(): void
}

/** Longest sentence for which leaving out each word in turn is tried; longer ones take the gradient. */
export const longestOcclusion = 128

type Weighed = { readonly probability: Tensor; readonly weights: Tensor }

/** Per method: input [batch, time, columns] → probability [batch] and weights [batch, time]. */
const methods: Readonly<Record<ExplainMethod, (model: SentimentModel, params: Params, input: Tensor) => Weighed>> = {
  occlusion: (model, params, input) => {
    const [, time] = input.shape as [number, number]
    const mask = findWords(input)
    const vectors = model.lookUp(params, input, evaluation)
    // Row 0 is the whole sentence, row t + 1 the sentence without word t.
    const shown = concat([full([1, time], 1), eye(time).neg().add(1)], 0)
    const copies = vectors.mul(shown.expandDims(-1))
    const context = { ...evaluation, mask: mask.broadcastTo([time + 1, time]) }
    const margins = marginOf(model.judge(params, copies, context))
    const whole = margins.slice([0], [1])
    return { probability: whole.sigmoid(), weights: whole.sub(margins.slice([1], [time])).expandDims(0) }
  },
  gradient: (model, params, input) => {
    const vectors = model.lookUp(params, input, evaluation)
    const context = { ...evaluation, mask: findWords(input) }
    const { gradient, aux } = valueAndGradWithAux((given: Tensor) => {
      const margins = marginOf(model.judge(params, given, context))
      return [margins.sum(), margins] as const
    })(vectors)
    return { probability: aux.sigmoid(), weights: gradient.mul(vectors).sum(-1) }
  },
  attention: (model, params, input) => {
    const vectors = model.lookUp(params, input, evaluation)
    const context = { ...evaluation, mask: findWords(input) }
    const weights = model.attend?.(params, vectors, context) ?? full(input.shape.slice(0, 2), 0)
    return { probability: marginOf(model.judge(params, vectors, context)).sigmoid(), weights }
  },
}

const batchSize = 64

/** Readies the explanation of verdicts of one network or several; their weights are averaged where they give any. */
export function makeExplainer(networks: readonly TrainedModel[], method: ExplainMethod, backend: Backend): Explainer {
  const ready = networks.map(({ model, params }) => ({
    weighs: method !== 'attention' || model.attend !== undefined,
    device: upload(params, backend),
    run: compile(backend, (weights: Params, input: Tensor) => methods[method](model, weights, input)),
  }))
  const explainOne = async (
    { run, device }: (typeof ready)[number],
    sentences: readonly Int32Array[],
  ): Promise<Explanation[]> => {
    const lengths = sentences.map((numbers) => roundUp(numbers.length / columns))
    const bucketLengths = [...new Set(lengths)].sort((a, b) => a - b)
    const size = method === 'occlusion' ? 1 : batchSize
    const explained: Explanation[] = []
    const cut = batchByLength(lengths, { batchSize: size, maximumSteps: mostSteps, bucketLengths })
    for (const { examples, length, count } of cut.epoch(0)) {
      const chosen = [...examples].map((example) => sentences[example] as Int32Array)
      const output = await run(device.params, padEncoded(chosen, length))
      const [probability, weights] = await Promise.all([output.probability.data(), output.weights.data()])
      output.probability.dispose()
      output.weights.dispose()
      for (let at = 0; at < count; at++) {
        const words = (chosen[at] as Int32Array).length / columns
        explained[examples[at] as number] = {
          probability: probability[at] as number,
          weights: Array.from(weights.subarray(at * length, at * length + words)),
        }
      }
    }
    return explained
  }
  return {
    explain: async (sentences) => {
      const all: { readonly weighs: boolean; readonly own: Explanation[] }[] = []
      for (const one of ready) all.push({ weighs: one.weighs, own: await explainOne(one, sentences) })
      const weighing = all.filter(({ weighs }) => weighs)
      return sentences.map((_, i) => {
        const pick = <T>(of: typeof all, read: (explanation: Explanation) => T): T[] =>
          of.map(({ own }) => read(own[i] as Explanation))
        const [probability = Number.NaN] = averageAll(pick(all, (one) => [one.probability]))
        return { probability, weights: averageAll(pick(weighing, ({ weights }) => weights)) }
      })
    },
    dispose: () => {
      for (const { run, device } of ready) {
        run.dispose()
        device.dispose()
      }
    },
  }
}
