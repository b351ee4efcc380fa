// What each place of a feature map knows of the others: whether a shape lies left of another one, or in front of it, is seen at
// neither of the two alone, and a decoder that looks at one place at a time would have to find it out while it speaks.
import { concat, splitKey, type Tensor } from '@deep-recipe/core-tensor'
import { dense, type Layer, type Params, relu, type TensorRecord } from '@deep-recipe/layers-core'

/**
 * Each place i asks all places j of its picture, and adds to what it is what it makes of their answers:
 *
 *   α_ij = softmax_j (q_i · k_j / √d)        r_i = Σ_j α_ij v_j        y_i = f_i + relu([f_i; p_i; r_i] W + b)
 *
 * with q, k and v linear in [f_i; p_i], features and coordinates (Wang, Girshick, Gupta and He, "Non-local neural networks",
 * 2018; the scale is that of Vaswani and others, 2017).
 *
 * [batch, places, features + 2], coordinates last → the same.
 *
 * @param width d, of questions and keys.
 */
export function relatePlaces(width: number): Layer {
  const [question, key] = [dense(width), dense(width, { useBias: false })]
  const partsFor = (features: number) => ({ answer: dense(features), mix: dense(features, { activation: relu }) })
  return {
    name: `relatePlaces(${width})`,
    init: (randomKey, shape) => {
      const features = (shape.at(-1) as number) - 2
      const { answer, mix } = partsFor(features)
      const [questionKey, keyKey, answerKey, mixKey] = splitKey(randomKey, 4)
      return {
        question: question.init(questionKey, shape),
        key: key.init(keyKey, shape),
        answer: answer.init(answerKey, shape),
        mix: mix.init(mixKey, [2 * features + 2]),
      }
    },
    apply: (params, places, context) => {
      const [batch, count, all] = places.shape as readonly [number, number, number]
      const { answer, mix } = partsFor(all - 2)
      const run = (layer: Layer<TensorRecord>, name: string, input: Tensor): Tensor =>
        layer.apply((params as { readonly [name: string]: Params })[name] as TensorRecord, input, context)
      const scores = run(question, 'question', places).matmul(run(key, 'key', places).transpose([0, 2, 1]))
      const answers = scores
        .div(Math.sqrt(width))
        .softmax()
        .matmul(run(answer, 'answer', places))
      const features = places.slice([0, 0, 0], [batch, count, all - 2])
      const coordinates = places.slice([0, 0, all - 2], [batch, count, 2])
      return concat([features.add(run(mix, 'mix', concat([places, answers], -1))), coordinates], -1)
    },
  }
}
