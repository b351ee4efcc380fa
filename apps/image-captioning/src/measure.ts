// Measures a captioner on all test sets of its data.
import type { Backend } from '@deep-recipe/core-tensor'
import type { Vocabulary } from '@deep-recipe/datasets/words'
import type { HostParams, Terminal } from '@deep-recipe/training'
import type { CaptionData } from './caption-data.ts'
import type { Captioner, CaptionerSettings } from './captioner.ts'
import { sideOfMap } from './encoder.ts'
import { makeSpeaker, type Saying } from './say.ts'
import { type Scores, scoreCaptions } from './scores.ts'

/** What to measure, and with what. */
export interface Measurement {
  readonly backend: Backend
  readonly captioner: Captioner
  readonly params: HostParams
  readonly vocabulary: Vocabulary
  readonly data: Pick<CaptionData, 'tests'>
  readonly signal: AbortSignal
  readonly terminal: Terminal
}

const beams = 5

/** Scores on each test set, and the captions of the first. Throws the signal's reason when it is aborted. */
export async function measureCaptioner(measurement: Measurement): Promise<{ scores: Scores[]; sayings: Saying[] }> {
  const { backend, captioner, params, vocabulary, data, signal, terminal } = measurement
  const speaker = makeSpeaker(backend, captioner, params, vocabulary, { beams, best: 1 })
  const progress = terminal.startProgress({ title: 'Captioning test examples', total: data.tests.length })
  try {
    const all: Saying[][] = []
    for (const { examples } of data.tests) {
      const found = await speaker.say(examples.views, signal)
      all.push(found.flatMap(([best]) => best ?? silence))
      progress.update(all.length)
    }
    const scores = data.tests.map((test, number) =>
      scoreCaptions(
        (all[number] ?? []).map(({ text }) => text),
        test,
      ),
    )
    return { scores, sayings: all[0] ?? [] }
  } finally {
    progress.finish()
    speaker.dispose()
  }
}

/** What is said where a search found nothing. */
const silence: Saying = { text: '', words: [], weights: [], logProbability: Number.NEGATIVE_INFINITY }

/** Height and width of the map that attention looks at. */
export function gridOf({
  kind,
  view,
  channels,
}: Pick<CaptionerSettings, 'kind' | 'view' | 'channels'>): [number, number] {
  if (kind === 'features') return [view[1] ?? 1, view[2] ?? 1]
  if (kind === 'clips') return [1, view[0] ?? 1]
  const side = sideOfMap(view[1] ?? 1, channels.length)
  return [side, side]
}
