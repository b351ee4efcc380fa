// The page of `predict`: the position that was asked for, large; how well the moves of the game were foreseen; and the
// moves that surprised the network most.
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Colour, formatVertex, type GoGame } from '@deep-recipe/datasets/go'
import { createReport, type Report, type ReportImage, writeReport } from '@deep-recipe/training'
import { type BoardPicture, formatShare, rankMoves } from '../board/board-picture.ts'
import { drawSvg, svgWidth } from '../board/draw-svg.ts'
import { countAhead } from '../measure.ts'
import type { NetworkName } from '../model/networks.ts'
import { networkTitles } from '../results.ts'

/** What a network thinks of a position of the game. */
export interface Judgement {
  readonly picture: BoardPicture
  /** Whose move it is. */
  readonly colour: Colour
  /** Moves before it. */
  readonly number: number
}

/** What the page shows. */
export interface Prediction {
  /** Of the file. */
  readonly name: string
  readonly game: GoGame
  /** One for each position of the game. */
  readonly judgements: readonly Judgement[]
  /** Which of them was asked for. */
  readonly shown: number
  readonly network: NetworkName
}

/** Boards of surprises on the page. */
const surprises = 6

/** Writes the page. @throws FileError where it cannot be written */
export async function writePredictionPage(path: string, prediction: Prediction): Promise<void> {
  const { name, game, judgements, shown, network } = prediction
  const { black, white, result } = game
  const players = `${black.name ?? 'Black'} against ${white.name ?? 'white'}`
  const report = createReport({
    title: name,
    subtitle: `${players}, ${game.size} × ${game.size}${result ? `, ${result}` : ''}. ${networkTitles[network]}.`,
  })
  addPosition(report, judgements[shown] as Judgement, game.size)
  addForesight(report, judgements)
  await mkdir(dirname(path), { recursive: true })
  await writeReport(report, path)
}

function addPosition(report: Report, judgement: Judgement, size: number): void {
  const { picture, colour, number } = judgement
  const { probabilities = [] } = picture
  report.heading(`${colour === 1 ? 'Black' : 'White'} to play move ${number + 1}`)
  report.images({
    images: [{ image: toDrawing(picture) }],
    width: 620,
    caption:
      'Red spots are the moves that the network thinks of, with percentages; the red ring is the move before, the blue ring where the game went on.',
  })
  report.bars({
    charts: [
      {
        title: 'The most probable moves',
        bars: rankMoves(probabilities, 10).map((point) => ({
          label: formatVertex(point, size),
          value: probabilities[point] as number,
          emphasis: point === picture.played,
        })),
      },
    ],
  })
}

function addForesight(report: Report, judgements: readonly Judgement[]): void {
  const played = judgements.filter(({ picture }) => (picture.played ?? -1) >= 0)
  if (played.length === 0) return
  const share = ({ picture }: Judgement): number => picture.probabilities?.[picture.played as number] ?? 0
  const ahead = ({ picture }: Judgement): number => countAhead(picture.probabilities ?? [], picture.played as number)
  report.heading('The moves of the game')
  const counts = [1, 5].map((most) => played.filter((one) => ahead(one) < most).length)
  report.keyFigures([
    { label: 'first choice', value: `${counts[0]} of ${played.length}` },
    { label: 'among the first five', value: `${counts[1]} of ${played.length}` },
  ])
  report.curves({
    charts: [
      {
        title: 'Probability of the move that was played',
        xName: 'move',
        logarithmic: true,
        curves: [{ name: 'probability', x: played.map(({ number }) => number + 1), y: played.map(share) }],
      },
    ],
  })
  const surprising = [...played].sort((a, b) => share(a) - share(b)).slice(0, surprises)
  report.heading('What it would not have thought of')
  report.images({
    images: surprising.map((one): ReportImage => {
      const { picture, number, colour } = one
      const vertex = formatVertex(picture.played as number, picture.size)
      const player = colour === 1 ? 'Black’s' : 'White’s'
      return {
        image: toDrawing(picture),
        caption: `${player} move ${number + 1}, ${vertex}: choice ${ahead(one) + 1}, ${formatShare(share(one))}`,
      }
    }),
    width: 280,
    caption: 'The moves with the smallest probabilities.',
  })
}

function toDrawing(picture: BoardPicture) {
  return { svg: drawSvg(picture), width: svgWidth(picture.size), height: svgWidth(picture.size) }
}
