// What is inside a convolutional network: its first filters, and its feature maps of one position.
import { featureMaps, filterImages } from '@deep-recipe/layers-cnn'
import type { Report } from '@deep-recipe/training'
import { featuresOf, inputShapeOf } from '../planes.ts'
import type { GoResult } from './go-result.ts'
import { choosePlaces, encodePlaces } from './look.ts'

const shownFilters = 16
const shownMaps = 16

/** Adds pictures of the convolutional network, if there is one. */
export async function addInsides(report: Report, { material, results, settings, backend }: GoResult): Promise<void> {
  const network = results.find(({ name }) => name === 'cnn')
  if (!network) return
  const [planes] = inputShapeOf(settings.planes, settings.size)
  report.heading('What the filters look for')
  const filters = await filterImages(network.params, 0)
  report.images({
    images: filters.slice(0, shownFilters).map((image) => ({ image })),
    width: planes === 1 ? 60 : 130,
    caption: `The first ${Math.min(shownFilters, filters.length)} of ${filters.length} filters of the first convolution, ${planes === 1 ? '5 × 5 points' : `5 × 5 points of each of the ${planes} planes, row by row in their order`}. Grey is no weight, white speaks for the feature, black against it.`,
  })
  // Three positions, of which the second is one of the middle game: there is something of everything.
  const [, place] = choosePlaces(material.test, 3)
  if (!place) return
  const inputs = encodePlaces([place], featuresOf(settings.planes))
  const example = { ...inputs, shape: inputs.shape.slice(1) }
  const layers = [
    ...new Set([0, Math.floor(settings.sizes.layers / 2), settings.sizes.layers - 1, settings.sizes.layers]),
  ]
  for (const layer of layers) {
    const maps = await featureMaps(network.layer, network.params, example, layer, backend)
    report.images({
      images: maps.slice(0, shownMaps).map((image) => ({ image })),
      width: maps.length === 1 ? 160 : 86,
      caption:
        layer === settings.sizes.layers
          ? 'The same position after the last convolution: what each place is worth, before its own bias is added.'
          : `Feature maps of one held-out position after convolution ${layer + 1} of ${settings.sizes.layers}${maps.length > shownMaps ? `, ${shownMaps} of ${maps.length}` : ''}.`,
    })
  }
}
