// A board as a picture: SVG that stands by itself, inside a page or as a file.
import { formatVertex } from '@deep-recipe/datasets/go'
import { type BoardPicture, formatShare, listStars, rankMoves } from './board-picture.ts'

/** Units from line to line. */
const step = 24
/** From the rim to the first line: room for coordinates. */
const margin = 34
/** How many of the most probable moves have their figure printed. */
const printed = 8

/**
 * A board with its stones, a ring on the move before, the probabilities of moves as red spots (the area of a spot grows with
 * the probability, its colour too) with percentages on the largest, and a blue ring where the game went on.
 */
export function drawSvg(picture: BoardPicture): string {
  const { size, stones, last, probabilities, played } = picture
  const width = svgWidth(size)
  const place = (index: number): number => margin + step * index
  const x = (point: number): number => place(point % size)
  const y = (point: number): number => place(Math.floor(point / size))
  const end = place(size - 1)
  const lines = Array.from({ length: size }, (_, i) => `M${margin} ${place(i)}H${end}M${place(i)} ${margin}V${end}`)
  const stars = listStars(size).map((point) => `<circle cx="${x(point)}" cy="${y(point)}" r="2.6"/>`)
  const labels = Array.from({ length: size }, (_, i) => {
    const [letter, number] = [formatVertex(i, size)[0], size - i]
    const across = [margin - 17, end + 24].map((top) => `<text x="${place(i)}" y="${top + 4}">${letter}</text>`)
    const down = [margin - 20, end + 20].map((left) => `<text x="${left}" y="${place(i) + 4}">${number}</text>`)
    return [...across, ...down].join('')
  })
  const points = Array.from({ length: size * size }, (_, point) => point)
  const spots = probabilities
    ? points
        .filter((point) => stones[point] === 0)
        .map((point) => drawSpot(x(point), y(point), probabilities[point] ?? 0))
    : []
  const figures = rankMoves(probabilities ?? [], printed)
    .filter((point) => (probabilities?.[point] as number) >= 0.01)
    .map((point) => {
      const share = probabilities?.[point] as number
      return `<text class="share" x="${x(point)}" y="${y(point) + 3.5}">${Math.round(100 * share)}<title>${formatVertex(point, size)}: ${formatShare(share)}</title></text>`
    })
  const placed = points
    .filter((point) => stones[point] !== 0)
    .map((point) => `<circle class="${stones[point] === 1 ? 'b' : 'w'}" cx="${x(point)}" cy="${y(point)}" r="11.2"/>`)
  const isOnBoard = (point: number | undefined): point is number => point !== undefined && point >= 0
  const lastRing = isOnBoard(last) ? `<circle class="last" cx="${x(last)}" cy="${y(last)}" r="5.5"/>` : ''
  const playedRing = isOnBoard(played) ? `<circle class="played" cx="${x(played)}" cy="${y(played)}" r="12.5"/>` : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${width}" width="${width}" height="${width}" role="img"><style>text{font:11px system-ui,sans-serif;text-anchor:middle;fill:#5b4a2c}.share{fill:#fff;font-weight:600;font-size:10px}.b{fill:#17191c}.w{fill:#fbfbf9;stroke:#6b6657;stroke-width:.8}.last{fill:none;stroke:#d03b3b;stroke-width:2.2}.played{fill:none;stroke:#1f62c4;stroke-width:2.6}</style><rect width="${width}" height="${width}" rx="6" fill="#e8c98c"/><path d="${lines.join('')}" stroke="#7c6235" stroke-width="1" stroke-linecap="square"/><g fill="#7c6235">${stars.join('')}</g>${labels.join('')}${spots.join('')}${placed.join('')}${lastRing}${playedRing}${figures.join('')}</svg>`
}

/** Width and height of the picture of a board, in CSS pixels. */
export function svgWidth(size: number): number {
  return 2 * margin + step * (size - 1)
}

/** A spot whose area is the square root of the probability: small ones stay visible. */
function drawSpot(x: number, y: number, share: number): string {
  if (!(share >= 0.001)) return ''
  const radius = 3 + 8.4 * Math.min(1, share) ** 0.25
  const lightness = 62 - 24 * Math.sqrt(Math.min(1, share))
  return `<circle cx="${x}" cy="${y}" r="${radius.toFixed(1)}" fill="hsl(8 78% ${lightness.toFixed(0)}%)" fill-opacity="${Math.min(1, 0.25 + 1.5 * Math.sqrt(share)).toFixed(2)}"/>`
}
