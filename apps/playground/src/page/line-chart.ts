// A small chart of lines that grow while a network trains.

const WIDTH = 480
const HEIGHT = 220
const LEFT = 34
const BOTTOM = 22

/** One line. */
export interface LineStyle {
  readonly name: string
  /** A CSS colour. */
  readonly color: string
}

/** A chart with values from 0 to 1 over steps. */
export interface LineChart {
  readonly root: HTMLElement
  /** Adds one value to each line; NaN leaves a gap. */
  add(step: number, values: readonly number[]): void
  clear(): void
}

const svg = (tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  return made
}

/** An empty chart. Its last values also stand in the legend, for those who cannot see the lines. */
export function lineChart(label: string, styles: readonly LineStyle[]): LineChart {
  const picture = svg('svg', { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label })
  const y = (value: number): number => 8 + (1 - value) * (HEIGHT - BOTTOM - 8)
  for (const value of [0, 0.25, 0.5, 0.75, 1]) {
    const text = svg('text', { x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' })
    text.textContent = String(value)
    picture.append(svg('line', { class: 'grid', x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }), text)
  }
  const end = svg('text', { x: WIDTH, y: HEIGHT - 6, 'text-anchor': 'end' })
  picture.append(end)
  const paths = styles.map(({ color }) => svg('path', { stroke: color, d: '' }))
  picture.append(...paths)

  const figures = styles.map(() => document.createElement('output'))
  const legend = document.createElement('ul')
  legend.className = 'legend'
  legend.append(
    ...styles.map(({ name, color }, place) => {
      const key = document.createElement('i')
      key.style.background = color
      const item = document.createElement('li')
      item.append(key, `${name} `, figures[place] as HTMLElement)
      return item
    }),
  )
  const root = document.createElement('div')
  root.append(picture, legend)

  let points: { step: number; values: readonly number[] }[] = []
  const draw = (): void => {
    const last = Math.max(points.at(-1)?.step ?? 0, 1)
    const x = (step: number): number => LEFT + (step / last) * (WIDTH - LEFT - 2)
    paths.forEach((path, line) => {
      let isGap = true
      const commands = points.map(({ step, values }) => {
        const value = values[line] ?? Number.NaN
        const command = Number.isNaN(value) ? '' : `${isGap ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`
        isGap = Number.isNaN(value)
        return command
      })
      path.setAttribute('d', commands.join(''))
      const value = points.at(-1)?.values[line]
      const figure = figures[line]
      if (figure) figure.textContent = value === undefined || Number.isNaN(value) ? '' : value.toFixed(3)
    })
    end.textContent = points.length > 0 ? `${last} steps` : ''
  }
  return {
    root,
    add(step, values) {
      points.push({ step, values })
      // Every second point goes when there are more than the eye can tell apart.
      if (points.length > 400) points = points.filter((_, place) => place % 2 === 1)
      draw()
    },
    clear() {
      points = []
      draw()
    },
  }
}
