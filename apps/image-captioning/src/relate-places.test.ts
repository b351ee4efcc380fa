// What places learn of each other, against the equation in plain loops.
import { HostRandom, randomKey, type Tensor, tensor } from '@deep-recipe/core-tensor'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import { expect, test } from 'vitest'
import { relatePlaces } from './relate-places.ts'

type Matrix = number[][]
type Linear = { readonly weight: Tensor; readonly bias?: Tensor }

const random = new HostRandom(3)
const drawMatrix = (rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()))
/** x W + b for each row of x. */
const apply = (x: Matrix, weight: Matrix, bias: readonly number[]): Matrix =>
  x.map((row) => bias.map((b, j) => row.reduce((sum, value, i) => sum + value * (weight[i]?.[j] ?? 0), b)))

test('each place adds to itself what it makes of the answers of all places of its picture', async () => {
  const [features, width] = [3, 2]
  const layer = relatePlaces(width)
  const pictures = [drawMatrix(4, features + 2), drawMatrix(4, features + 2)]
  const drawn = layer.init(randomKey(1), [4, features + 2]) as { readonly [name: string]: Linear }
  // Biases begin as zeros: others show that they are used.
  const bias = {
    question: drawMatrix(1, width)[0],
    answer: drawMatrix(1, features)[0],
    mix: drawMatrix(1, features)[0],
  }
  const params = Object.fromEntries(
    Object.entries(drawn).map(([name, { weight }]) => {
      const own = bias[name as keyof typeof bias]
      return [name, own ? { weight, bias: tensor(own) } : { weight }]
    }),
  ) as unknown as Params
  const result = (await layer.apply(params, tensor(pictures), evaluation).array()) as Matrix[]

  const weightOf = async (name: string) => (await drawn[name]?.weight.array()) as Matrix
  const names = ['question', 'key', 'answer', 'mix']
  const [question, key, answer, mix] = (await Promise.all(names.map(weightOf))) as [Matrix, Matrix, Matrix, Matrix]
  pictures.forEach((places, picture) => {
    const asked = apply(places, question, bias.question ?? [])
    const keys = apply(places, key, new Array<number>(width).fill(0))
    const answers = apply(places, answer, bias.answer ?? [])
    const expected = places.map((place, i) => {
      const shares = keys.map((own) =>
        Math.exp(own.reduce((sum, value, d) => sum + value * (asked[i]?.[d] ?? 0), 0) / Math.sqrt(width)),
      )
      const total = shares.reduce((sum, share) => sum + share, 0)
      const heard = Array.from({ length: features }, (_, f) =>
        answers.reduce((sum, own, j) => sum + ((shares[j] ?? 0) / total) * (own[f] ?? 0), 0),
      )
      const change = apply([[...place, ...heard]], mix, bias.mix ?? [])[0] ?? []
      return place.map((value, f) => (f < features ? value + Math.max(0, change[f] ?? 0) : value))
    })
    result[picture]?.forEach((row, i) => {
      row.forEach((value, f) => {
        expect(value).toBeCloseTo(expected[i]?.[f] ?? Number.NaN, 4)
      })
    })
  })
})
