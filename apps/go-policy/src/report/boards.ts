// Boards of held-out games, with the probabilities that a network gives to the moves.
import { Board, formatVertex, type GoMove, listMoves, replay } from '@deep-recipe/datasets/go'
import type { Report, ReportImage } from '@deep-recipe/training'
import { type BoardPicture, formatShare } from '../board/board-picture.ts'
import { drawSvg, svgWidth } from '../board/draw-svg.ts'
import { countAhead } from '../measure.ts'
import { openNetwork } from '../model/open-network.ts'
import { featuresOf } from '../planes.ts'
import { networkTitles } from '../results.ts'
import type { GoResult } from './go-result.ts'
import { choosePlaces, encodePlaces, type Place } from './look.ts'

/** Boards on the page. */
const shown = 6

/** Adds boards from the opening to the endgame, as the first network sees them. */
export async function addBoards(report: Report, { material, results, settings, backend }: GoResult): Promise<void> {
  const [first] = results
  const places = choosePlaces(material.test, shown)
  if (!first || places.length === 0) return
  const network = openNetwork(first.layer, first.params, backend)
  try {
    const logProbabilities = await network.run(encodePlaces(places, featuresOf(settings.planes)))
    const area = settings.size ** 2
    report.heading('Boards')
    report.images({
      images: places.map((place, row) => drawPlace(place, logProbabilities.subarray(row * area, (row + 1) * area))),
      width: 280,
      caption: `${networkTitles[first.name]}: red spots are the moves that it thinks of, with percentages; the blue ring is where the game went on, the red ring the move before.`,
    })
  } finally {
    network.close()
  }
}

function drawPlace({ game, before }: Place, logProbabilities: Float32Array): ReportImage {
  const moves = listMoves(game)
  const { point, colour } = moves[before] as GoMove
  const probabilities = logProbabilities.map(Math.exp)
  const ahead = countAhead(probabilities, point)
  const last = moves[before - 1]?.point
  const picture: BoardPicture = {
    size: game.size,
    stones: replay(game, before, new Board(game.size)).stones,
    probabilities,
    played: point,
    ...(last !== undefined && { last }),
  }
  return {
    image: { svg: drawSvg(picture), width: svgWidth(game.size), height: svgWidth(game.size) },
    caption: `${colour === 1 ? 'Black' : 'White'}’s move ${before + 1}, ${formatVertex(point, game.size)}: choice ${ahead + 1}, ${formatShare(probabilities[point] as number)}`,
    tone: ahead === 0 ? 'good' : 'bad',
  }
}
