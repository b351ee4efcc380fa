// Vertices in responses: capital letters, and spaces between them.
import { formatVertex, PASS } from '@deep-recipe/datasets/go'

/** A point as the protocol writes it. */
export function formatMove(point: number, size: number): string {
  return point === PASS ? 'PASS' : formatVertex(point, size)
}

/** Points with spaces between them. */
export function formatVertices(points: readonly number[], size: number): string {
  return points.map((point) => formatMove(point, size)).join(' ')
}
