// The command `evaluate`: the figures of a trained run on its held-out sentences, or on those of another folder.
import { defineCommand } from '@deep-recipe/app-kit'
import type { Backend } from '@deep-recipe/core-tensor'
import type { PolarSentence } from '@deep-recipe/datasets/words'
import { loadData } from './data.ts'
import type { Encoder } from './encoder.ts'
import { countWords } from './naive-bayes.ts'
import { describeResults, type Results, titles, toFigures } from './results.ts'
import { loadRun } from './saved-run.ts'
import { averageAll, makeScorer, measure, type TrainedModel } from './scoring.ts'
import { encodeAll } from './training.ts'

export const evaluate: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Measure the networks of a run on its held-out sentences',
  without: ['seed'],
  examples: [
    ['evaluate', 'the last run, on the tenth that it held out'],
    ['evaluate --out runs/mine --data ~/other', 'another run, on the same tenth of other sentences'],
  ],
  async start({ options, trained, log, print, output, openBackend }) {
    const startedAt = performance.now()
    const run = await loadRun(options.out, trained, log)
    // The split is the training's: another seed would test on sentences that were learned.
    const data = await loadData({ folder: options.data ?? run.data, seed: run.seed, fold: run.settings.fold })
    log(`Data: ${data.source}; ${data.test.length} to test with`)
    const backend = await openBackend()
    const results = await measureNetworks(run.networks, data.test, { ...run, backend, train: data.train })
    for (const line of describeResults(results)) print(line)
    output(toFigures(results, (performance.now() - startedAt) / 1000, backend.name))
  },
})

/** Measures every network, both together if there are two, and naive Bayes on the same training sentences. */
export async function measureNetworks(
  networks: readonly TrainedModel[],
  test: readonly PolarSentence[],
  { encoder, backend, train }: { encoder: Encoder; backend: Backend; train: readonly PolarSentence[] },
): Promise<Results> {
  const { sentences, verdicts } = encodeAll(test, encoder)
  const probabilities: number[][] = []
  for (const network of networks) {
    const scorer = makeScorer(network, backend)
    try {
      probabilities.push(await scorer.score(sentences))
    } finally {
      scorer.dispose()
    }
  }
  const rows = networks.map(({ model }, i) => ({
    title: titles[model.pooling],
    ...measure(probabilities[i] as number[], verdicts),
  }))
  const counted = countWords(train)
  const byWords = test.map(({ words }) => 1 / (1 + Math.exp(-counted(words))))
  const together = { title: 'Both together', ...measure(averageAll(probabilities), verdicts) }
  return {
    networks: rows,
    final: rows.length === 1 ? (rows[0] as (typeof rows)[number]) : together,
    baseline: { title: 'Naive Bayes', ...measure(byWords, verdicts) },
    testCount: test.length,
  }
}
