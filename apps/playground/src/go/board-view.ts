// A board to look at and to click on: lines, stones, a heat map of what the network would play, a button for every point.
import { element } from '../page/elements.ts'

/** What is shown of a position. */
export interface BoardPicture {
  /** [size · size]: 1 black, −1 white, 0 empty, rows from the top. */
  readonly stones: ArrayLike<number>
  /** The last move, or −1. */
  readonly last: number
  /** Shares by point, shown as heat where they are not 0. */
  readonly heat: ArrayLike<number> | undefined
}

/** A board on the page. */
export interface BoardView {
  readonly root: HTMLElement
  show(picture: BoardPicture): void
}

const COLUMNS = 'ABCDEFGHJKLMNOPQRSTUVWXYZ'
const NAMES: Readonly<Record<string, string>> = { '1': 'black', '-1': 'white', '0': 'empty' }

/** A board of `size`; `onPlay` is told the point that was chosen. Arrow keys move, Enter plays. */
export function createBoardView(size: number, onPlay: (point: number) => void): BoardView {
  const root = element('div', { class: 'go-board', role: 'grid', 'aria-label': `Go board, ${size} by ${size}` })
  root.style.setProperty('--size', String(size))
  const points = Array.from({ length: size * size }, (_, point) => {
    const stone = element('i', { class: 'stone' })
    const heat = element('b', { class: 'heat' })
    const made = element(
      'button',
      { type: 'button', role: 'gridcell', tabindex: point === 0 ? '0' : '-1' },
      heat,
      stone,
    )
    const [column, row] = [point % size, Math.floor(point / size)]
    const edges = [
      column === 0 && 'left',
      column === size - 1 && 'right',
      row === 0 && 'top',
      row === size - 1 && 'bottom',
    ]
    made.className = edges.filter(Boolean).join(' ')
    made.addEventListener('click', () => onPlay(point))
    return { made, stone, heat, name: `${COLUMNS[column]}${size - row}` }
  })
  for (let row = 0; row < size; row++) {
    const line = element('div', { role: 'row' })
    line.append(...points.slice(row * size, (row + 1) * size).map(({ made }) => made))
    root.append(line)
  }
  root.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -size, ArrowDown: size }[event.key]
    const from = points.findIndex(({ made }) => made === document.activeElement)
    const to = points[from + (step ?? Number.NaN)]
    const isAcross = Math.abs(step ?? 0) === 1 && Math.floor(from / size) !== Math.floor((from + (step ?? 0)) / size)
    if (from < 0 || !to || isAcross) return
    event.preventDefault()
    points[from]?.made.setAttribute('tabindex', '-1')
    to.made.setAttribute('tabindex', '0')
    to.made.focus()
  })
  return {
    root,
    show({ stones, last, heat }) {
      const most = Math.max(...Array.from(heat ?? [0]), 1e-9)
      points.forEach(({ made, stone, heat: spot, name }, point) => {
        const content = stones[point] ?? 0
        const share = heat?.[point] ?? 0
        stone.className = `stone ${NAMES[String(content)]}${point === last ? ' last' : ''}`
        // The area of the spot goes with the share.
        spot.style.setProperty('--share', Math.sqrt(share / most).toFixed(3))
        spot.textContent = share >= 0.1 ? String(Math.round(share * 100)) : ''
        made.setAttribute(
          'aria-label',
          `${name}, ${NAMES[String(content)]}${share >= 0.01 ? `, network ${Math.round(share * 100)} percent` : ''}`,
        )
      })
    },
  }
}
