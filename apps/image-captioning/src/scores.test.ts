// Scores: what is exact, and the one caption that fits most.
import { expect, test } from 'vitest'
import { viewsInMemory } from './examples.ts'
import { describeResults, toFigures } from './results.ts'
import { findCommonCaption, scoreCaptions } from './scores.ts'

const captions = [
  ['a red circle above a blue star', 'a blue star below a red circle'],
  ['two green boxes in a row', 'there are two green boxes'],
]
const examples = { views: viewsInMemory(new Uint8Array(2), [1]), captions }

test('what people said scores full marks; exact where it is known', () => {
  const said = ['a blue star below a red circle', 'two green boxes in a row']
  const test = {
    name: 'test',
    examples,
    isExact: (sentence: string, index: number) => captions[index]?.includes(sentence) === true,
  }
  const right = scoreCaptions(said, test)
  expect(right.exact).toBe(1)
  expect(right.bleu4).toBeCloseTo(1, 9)
  expect(right.cider).toBeGreaterThan(3)
  const half = scoreCaptions([said[0] ?? '', 'one dog'], test)
  expect(half.exact).toBe(0.5)
  expect(half.cider).toBeLessThan(right.cider)
  expect(scoreCaptions(said, { name: 'test', examples }).exact).toBeNull()
})

test('exact by what there is to be said', () => {
  const said = ['right', 'wrong', 'right', 'right']
  const four = { views: viewsInMemory(new Uint8Array(4), [1]), captions: said.map(() => ['right', 'yes']) }
  const { kinds } = scoreCaptions(said, {
    name: 'test',
    examples: four,
    isExact: (sentence) => sentence === 'right',
    kindOf: (index) => (index < 2 ? 'several' : index === 2 ? 'left of' : 'above'),
  })
  expect(kinds).toEqual([
    { kind: 'above', count: 1, exact: 1 },
    { kind: 'left of', count: 1, exact: 1 },
    { kind: 'several', count: 2, exact: 0.5 },
  ])
  const scores = [{ exact: 0.75, kinds, bleu4: 0, cider: 0 }]
  const lines = describeResults([{ title: 'It', scores }], { tests: [{ name: 'test', examples: four }] })
  expect(lines.at(-1)).toBe('  of these above 1.00 (1), left of 1.00 (1), several 0.50 (2)')
})

test('the common caption is the one most like the others', () => {
  const many = Array.from({ length: 9 }, (_, i) => [
    i < 6 ? `a dog runs over field ${i}` : `number ${i} of something else`,
  ])
  expect(findCommonCaption({ ...examples, captions: many }, 1)).toMatch(/^a dog runs over field/)
})

test('the table and the figures', () => {
  const results = [{ title: 'Attention', scores: [{ kinds: [], exact: 0.5, bleu4: 0.25, cider: 1.5 }] }]
  expect(describeResults(results, { tests: [{ name: 'new combinations', examples }] })).toEqual([
    'new combinations (2)  exact   BLEU-4  CIDEr-D',
    '  Attention           0.500   0.250   1.50',
  ])
  const [scores] = results[0]?.scores ?? []
  if (scores)
    expect(toFigures(scores, 1.234, 'onnx')).toEqual({
      exact: 0.5,
      bleu4: 0.25,
      cider: 1.5,
      seconds: 1.2,
      backend: 'onnx',
    })
})
