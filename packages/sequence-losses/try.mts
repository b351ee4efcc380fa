// CTC by hand: what collapsing does, the loss beside a sum over all outputs, and why the likeliest output is not the likeliest text.
//
// Run it with `pnpm --filter @deep-recipe/sequence-losses try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then change
// - `text`, to 棒棒: it needs a blank in between, so fewer outputs spell it. To 好好好: in five steps only one does;
// - `steps`, to 9: nearly 20,000 outputs to go through by hand, and a loss that still takes no time;
// - the seed of the scores, until the best path and the beam agree.
import { randomKey, randomNormal } from '@deep-recipe/core-tensor'
import { collapsePath, ctcLoss, decodeBestPath, decodePrefixBeam } from '@deep-recipe/sequence-losses'

for (const path of ['好好好棒棒棒棒棒', '好∅∅棒∅∅∅∅', '好∅∅棒∅棒∅∅']) {
  console.log(path, '→', collapsePath([...path], '∅').join(''))
}

const text = '好棒'
const steps = 5
const symbols = [...'∅好棒']
const logits = randomNormal(randomKey(1), [steps, symbols.length])
const probabilities = (await logits.softmax().array()) as number[][]

// Every output there is: each step says one of the symbols, independently of the others.
let paths = [{ path: '', probability: 1 }]
for (const row of probabilities) {
  paths = paths.flatMap(({ path, probability }) =>
    symbols.map((symbol, k) => ({ path: path + symbol, probability: probability * (row[k] ?? 0) })),
  )
}
const spelling = paths.filter(({ path }) => collapsePath([...path], '∅').join('') === text)
const total = spelling.reduce((sum, { probability }) => sum + probability, 0)
const labels = [...text].map((symbol) => symbols.indexOf(symbol))
const loss = Number(await ctcLoss(logits.expandDims(0), [labels], { reduction: 'sum' }).array())
console.log(`\n${spelling.length} of ${paths.length} outputs spell ${text}, such as`)
for (const { path, probability } of spelling.sort((a, b) => b.probability - a.probability).slice(0, 3)) {
  console.log(`  ${path}  ${probability.toFixed(4)}`)
}
console.log(`−log of the sum of all: ${(-Math.log(total)).toFixed(5)}\nctcLoss:                ${loss.toFixed(5)}`)

const scores = await logits.array()
const spell = (said: readonly number[]): string => said.map((label) => symbols[label]).join('') || '(nothing)'
console.log(
  `\nThe likeliest output spells ${spell(decodeBestPath(scores).labels)}; the likeliest texts by all their outputs:`,
)
for (const { labels: said, logProbability } of decodePrefixBeam(scores, { results: 3 })) {
  console.log(`  ${spell(said).padEnd(4, '　')}  ${Math.exp(logProbability).toFixed(4)}`)
}
