// Ensembles average probabilities, also where those are too small for float32.
import { grad, RecipeError, randomKey, ShapeError, type Tensor, tensor, zeros } from '@deep-recipe/core-tensor'
import { type Context, dense, makeLayer } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { averageProbabilities, ensemble } from './ensemble.ts'

const evaluation: Context = { training: false }

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map((x) => Math.exp(x - Math.max(...logits)))
  const total = powers.reduce((sum, x) => sum + x, 0)
  return powers.map((x) => x / total)
}

describe('averageProbabilities', () => {
  test('is the logarithm of the mean of the softmaxes', async () => {
    const logits = [
      [1, 2, 3],
      [-1, 0.5, 0],
      [4, 4, -4],
    ]
    const wanted = [0, 1, 2].map((j) => Math.log(logits.reduce((sum, row) => sum + (softmax(row)[j] as number), 0) / 3))
    expect(await averageProbabilities(logits.map((row) => tensor([row]))).array()).toEqual([
      wanted.map((x) => expect.closeTo(x, 5)),
    ])
  })

  test('does not depend on what each member adds to all of its logits', async () => {
    const average = averageProbabilities([tensor([[1000, 1001]]), tensor([[-1, 0]])])
    const single = await tensor([[0, 1]])
      .logSoftmax()
      .array()
    expect(await average.array()).toEqual((single as number[][]).map((row) => row.map((x) => expect.closeTo(x, 4))))
  })

  test('extreme logits keep their order and stay finite', async () => {
    const average = await averageProbabilities([tensor([[1e4, -1e4, 0]]), tensor([[1e4, 0, -1e4]])]).array()
    const half = Math.log(0.5)
    expect(average).toEqual([[expect.closeTo(0, 5), expect.closeTo(-1e4 + half, 1), expect.closeTo(-1e4 + half, 1)]])
  })

  test('a class that one member rules out has half of the other, one that all rule out has nothing', async () => {
    const none = Number.NEGATIVE_INFINITY
    const average = await averageProbabilities([tensor([[0, none, none]]), tensor([[0, 0, none]])]).array()
    expect(average).toEqual([[expect.closeTo(Math.log(0.75), 5), expect.closeTo(Math.log(0.25), 5), none]])
  })

  test('gradients sum to 0 over the classes of each member', async () => {
    const [first, second] = [tensor([[1, 2, 3]]), tensor([[0, -2, 1]])]
    const loss = (x: Tensor): Tensor => averageProbabilities([x, second]).at(2, 1).sum()
    const slope = (await grad(loss)(first).data()) as Float32Array
    expect(slope.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 6)
    // ∂ log p̄ / ∂x = p₃ (δ − p) / Σ_k p₃ᵏ.
    const p = softmax([1, 2, 3])
    const total = (p[2] as number) + (softmax([0, -2, 1])[2] as number)
    expect([...slope]).toEqual(p.map((x, j) => expect.closeTo(((p[2] as number) * ((j === 2 ? 1 : 0) - x)) / total, 5)))
  })

  test('refuses nothing, and logits of different shapes', () => {
    expect(() => averageProbabilities([])).toThrow(RecipeError)
    expect(() => averageProbabilities([])).toThrow(/averageProbabilities: expected at least one member, received none/)
    expect(() => averageProbabilities([zeros([1, 2]), zeros([1, 3])])).toThrow(ShapeError)
  })
})

describe('ensemble', () => {
  test('applies each member with its own parameters', async () => {
    const model = ensemble(dense(2), dense(2))
    const params = {
      0: { weight: tensor([[1, 0]]), bias: tensor([0, 0]) },
      1: { weight: tensor([[0, 1]]), bias: tensor([0, 2]) },
    }
    const [a, b] = [softmax([3, 0]), softmax([0, 5])]
    expect(await model.apply(params, tensor([[3]]), evaluation).array()).toEqual([
      [0, 1].map((j) => expect.closeTo(Math.log(((a[j] as number) + (b[j] as number)) / 2), 5)),
    ])
  })

  test('draws members that differ, and gives each a key of its own', async () => {
    const seen: (Tensor | undefined)[] = []
    const look = makeLayer('look', (input, { key }) => {
      seen.push(key)
      return input
    })
    const model = ensemble(dense(2), dense(2), look, look)
    const params = model.init(randomKey(1), [2])
    const weights = await Promise.all([0, 1].map((member) => (params[member] as { weight: Tensor }).weight.array()))
    expect(weights[0]).not.toEqual(weights[1])
    model.apply(params, zeros([1, 2]), { training: true, key: randomKey(2) })
    const keys = await Promise.all(seen.map((key) => key?.array()))
    expect(keys[0]).toBeDefined()
    expect(keys[0]).not.toEqual(keys[1])
  })

  test('needs a member', () => {
    expect(() => ensemble()).toThrow(/ensemble: expected at least one member, received none/)
  })
})
