// Where things are: what a place looks like does not tell on which side of the picture it lies, so its coordinates stand beside
// it (Liu and others, "An intriguing failing of convolutional neural networks and the CoordConv solution", 2018).
import { concat, type Tensor, tensor } from '@deep-recipe/core-tensor'

/** Where place `index` of `count` lies, −1 to 1. */
export function coordinate(index: number, count: number): number {
  return count === 1 ? 0 : (2 * index) / (count - 1) - 1
}

/** Two more channels, x and y of each place: [batch, channels, height, width] → [batch, channels + 2, height, width]. */
export function addCoordinates(map: Tensor): Tensor {
  const [batch, , height, width] = map.shape as readonly [number, number, number, number]
  const rows = Array.from({ length: height }, (_, row) => coordinate(row, height))
  const columns = Array.from({ length: width }, (_, column) => coordinate(column, width))
  const coordinates = tensor([rows.map(() => columns), rows.map((y) => columns.map(() => y))])
  return concat([map, coordinates.broadcastTo([batch, 2, height, width])], 1)
}

/** A feature map as a list of places, row by row: [batch, channels, height, width] → [batch, height · width, channels + 2]. */
export function listPlaces(map: Tensor): Tensor {
  const located = addCoordinates(map)
  const [batch, features, height, width] = located.shape as readonly [number, number, number, number]
  return located.reshape([batch, features, height * width]).transpose([0, 2, 1])
}

/**
 * What a list of places shows all in all: of each feature f ≥ 0 the strongest, and its centre of mass
 *
 *   Σ_j f_j x_j / (1 + Σ_j f_j)        Σ_j f_j y_j / (1 + Σ_j f_j)
 *
 * so that what moves changes numbers that say where it is (as the feature points of Finn and others, "Deep spatial
 * autoencoders for visuomotor learning", 2016; there with a softmax for the masses).
 *
 * [batch, places, channels + 2], coordinates last → [batch, 3 · channels].
 */
export function gatherPlaces(places: Tensor): Tensor {
  const [batch, count, all] = places.shape as readonly [number, number, number]
  const channels = all - 2
  const features = places.slice([0, 0, 0], [batch, count, channels])
  const coordinates = places.slice([0, 0, channels], [batch, count, 2])
  const moments = features.transpose([0, 2, 1]).matmul(coordinates)
  const centres = moments.div(features.sum(1).add(1).expandDims(-1))
  return concat([features.max(1), centres.reshape([batch, 2 * channels])], -1)
}
