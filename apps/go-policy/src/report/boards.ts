// Boards of held-out games, with the probabilities that a network gives to the moves.
import { Board, formatVertex, replay } from '@deep-recipe/datasets/go'
import type { Report, ReportImage } from '@deep-recipe/training'
import { type BoardPicture, formatShare } from '../board/board-picture.ts'
import { drawSvg, svgWidth } from '../board/draw-svg.ts'
import { countAhead } from '../measure.ts'
import { openNetwork } from '../model/open-network.ts'
import { encodePositions, moveAt, type PositionIndex } from '../positions.ts'
import { networkTitles } from '../results.ts'
import type { GoResult } from './go-result.ts'

/** Boards on the page. */
const shown = 6

/** Adds boards from all over the held-out games, as the first network sees them. */
export async function addBoards(report: Report, { material, results, backend }: GoResult): Promise<void> {
  const [first] = results
  const { heldOut, test } = material
  if (!first) return
  const chosen = chooseShown(heldOut, test)
  const network = openNetwork(first.layer, first.params, backend)
  try {
    const logProbabilities = await network.run(encodePositions(heldOut, chosen).inputs)
    const area = heldOut.size ** 2
    const images = chosen.map((position, row) =>
      drawPosition(heldOut, position, logProbabilities.subarray(row * area, (row + 1) * area)),
    )
    report.heading('Boards')
    report.images({
      images,
      width: 280,
      caption: `${networkTitles[first.name]}: red spots are the moves that it thinks of, with percentages; the blue ring is where the game went on, the red ring the move before.`,
    })
  } finally {
    network.close()
  }
}

/** Positions from the opening to the endgame: each of another game where there are enough. */
function chooseShown(heldOut: PositionIndex, test: readonly number[]): number[] {
  const wanted = Array.from({ length: shown }, (_, i) => ({
    place: Math.floor(((i + 0.5) / shown) * test.length),
    before: Math.round(heldOut.size ** 2 * (0.03 + 0.09 * i)),
  }))
  return wanted.map(({ place, before }) => {
    const near = test.slice(place, place + 400)
    const distance = (position: number): number => Math.abs(heldOut.find(position).before - before)
    return near.reduce((a, b) => (distance(b) < distance(a) ? b : a))
  })
}

function drawPosition(heldOut: PositionIndex, position: number, logProbabilities: Float32Array): ReportImage {
  const { game, before } = heldOut.find(position)
  const board = replay(game, before, new Board(game.size))
  const { point, colour } = moveAt(game, before)
  const probabilities = logProbabilities.map(Math.exp)
  const ahead = countAhead(probabilities, point)
  const player = colour === 1 ? 'Black' : 'White'
  const picture: BoardPicture = {
    size: game.size,
    stones: board.stones,
    probabilities,
    played: point,
    ...(before > 0 && { last: moveAt(game, before - 1).point }),
  }
  return {
    image: { svg: drawSvg(picture), width: svgWidth(game.size), height: svgWidth(game.size) },
    caption: `${player}’s move ${before + 1}, ${formatVertex(point, game.size)}: choice ${ahead + 1}, ${formatShare(probabilities[point] as number)}`,
    tone: ahead === 0 ? 'good' : 'bad',
  }
}
