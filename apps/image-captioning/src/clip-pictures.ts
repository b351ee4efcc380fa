// A clip in a report: its frames, and how much each of them weighed for each word.
import type { Report } from '@deep-recipe/training'
import { enlarge, toPicture } from './attention-pictures.ts'
import { sizeOfView } from './examples.ts'
import type { Saying } from './say.ts'

/** Width of a frame on the page, pixels. */
const width = 96

/**
 * Adds a clip.
 *
 * @param view bytes [frames, 3, size, size]
 */
export function addClip(
  report: Report,
  view: Uint8Array | Float32Array,
  { frames, size }: { readonly frames: number; readonly size: number },
  saying: Saying,
  caption: string,
): void {
  const length = sizeOfView({ shape: [3, size, size] })
  const names = Array.from({ length: frames }, (_, frame) => String(frame + 1))
  report.images({
    images: names.map((name, frame) => ({
      image: enlarge(toPicture(view.subarray(frame * length, (frame + 1) * length), size), width),
      caption: `frame ${name}`,
    })),
    width,
    caption,
  })
  if (saying.weights.length === 0) return
  report.heatMaps({
    charts: [
      {
        values: saying.weights.map((weights) => [...weights]),
        rowLabels: saying.words,
        columnLabels: names,
        rowName: 'word',
        columnName: 'frame',
        full: 1,
      },
    ],
    caption: 'How much each frame weighed when each word was said.',
  })
}
