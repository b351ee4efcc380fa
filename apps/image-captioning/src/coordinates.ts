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
