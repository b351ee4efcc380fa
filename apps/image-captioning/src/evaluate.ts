// The command `evaluate`: the figures of a trained run once more, on its own data or on others.
import { existsSync } from 'node:fs'
import { defineCommand } from '@deep-recipe/app-kit'
import type { CaptionerSettings } from './captioner.ts'
import { loadData, openNetwork } from './load-data.ts'
import { measureCaptioner } from './measure.ts'
import { chooseSettings } from './options.ts'
import { describeResults, type Result, toFigures } from './results.ts'
import { folderOf, loadCaptioner } from './run-file.ts'
import type { Scores } from './scores.ts'
import { nameOf } from './train.ts'

export const evaluate: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Measure the captioners of a run on the pictures that were set aside',
  without: ['seed'],
  examples: [
    ['evaluate', 'the last run, on the data it was trained with'],
    ['evaluate --out runs/mine --data ~/flickr8k', 'another run, on other pictures'],
  ],
  async start(context) {
    const { options, trained, signal, terminal, log, print, output, openBackend } = context
    const startedAt = performance.now()
    const settings = chooseSettings(trained?.options ?? {})
    const remembered = trained?.options.data
    const folder = options.data ?? (typeof remembered === 'string' ? remembered : undefined)
    const cache = trained?.options.cache
    const kinds = (['again', 'once'] as const).filter(
      (looking: CaptionerSettings['looking']) => looking === 'again' || existsSync(folderOf(options.out, looking)),
    )
    const loaded = await Promise.all(kinds.map((looking) => loadCaptioner(options.out, looking)))
    const network = await openNetwork(settings, context, folder === undefined)
    const data = await loadData(settings, folder, typeof cache === 'string' ? cache : undefined, network, context)
    log(`Data: ${data.source}.`)
    for (const note of data.notes) log(note)
    const backend = await openBackend()
    const results: Result[] = []
    for (const { captioner, params, vocabulary, warnings } of loaded) {
      for (const warning of warnings) log(warning)
      const { scores } = await measureCaptioner({ backend, captioner, params, vocabulary, data, signal, terminal })
      results.push({ title: nameOf(captioner.settings), scores })
    }
    for (const line of describeResults(results, data)) print(line)
    output(toFigures(results[0]?.scores[0] as Scores, (performance.now() - startedAt) / 1000, backend.name))
  },
})
