// Learning curves of a report, as pictures that need no script: lines in an SVG that stretches with the page, and labels
// as text beside it, which keeps its size.
import { scaleLinear, scaleLog } from 'd3-scale'
import { line } from 'd3-shape'
import { formatFigure } from '../progress/format.ts'
import { html, type Markup } from './html.ts'
import { renderTable } from './table.ts'

/** One line of a chart. */
export interface Curve {
  /** Which run it belongs to, where several are compared: runs differ by colour. */
  readonly run?: string
  /** What was measured, e.g. `train` or `validation`. In a comparison, `train` is dashed. */
  readonly name: string
  /** Default: 1, 2, 3… */
  readonly x?: readonly number[]
  /** NaN and infinities leave a gap. */
  readonly y: readonly number[]
}

/** Curves on one pair of axes. */
export interface CurveChart {
  readonly title: string
  readonly curves: readonly Curve[]
  /** Under the horizontal axis. Default `epoch`. */
  readonly xName?: string
  /** A logarithmic vertical axis; values that are not positive leave a gap. */
  readonly logarithmic?: boolean
  /** Vertical lines, e.g. at the best epoch. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[]
}

type Point = readonly [x: number, y: number]

interface DrawnCurve {
  readonly run: string | undefined
  readonly name: string
  readonly label: string
  readonly color: number
  readonly isDashed: boolean
  readonly points: readonly Point[]
}

interface Axis {
  /** Place along the axis, 0 to 1000. */
  place(value: number): number
  readonly ticks: readonly { readonly value: number; readonly text: string }[]
}

const SIZE = 1000 // the SVG's own units, along both axes
const COLORS = 8
/** Beyond this a curve is thinned out: no screen shows more. */
const LARGEST_CURVE = 1000
/** Beyond this there are neither points to hover over nor a table of numbers. */
const MOST_DETAILS = 1500

/** Charts, side by side where there is room. */
export function renderCurves(charts: readonly CurveChart[]): Markup {
  return html`<div class="charts">${charts.map(renderChart)}</div>`
}

function renderChart(chart: CurveChart): Markup {
  const { title, xName = 'epoch', logarithmic = false, marks = [] } = chart
  const curves = prepareCurves(chart)
  const values = curves.flatMap(({ points }) => points).filter(([, y]) => Number.isFinite(y))
  const heading = html`<h3>${title}${logarithmic && html` <small>logarithmic</small>`}</h3>`
  if (values.length === 0) return html`<section>${heading}<p class="empty">No finite values.</p></section>`
  const xAxis = makeXAxis([...values.map(([x]) => x), ...marks.map(({ x }) => x)])
  const yAxis = makeYAxis(
    values.map(([, y]) => y),
    logarithmic,
  )
  const details = chart.curves.reduce((sum, { y }) => sum + y.length, 0) <= MOST_DETAILS
  const yLabels = yAxis.ticks.map(
    ({ value, text }) => html`<span style="top:${percent(SIZE - yAxis.place(value))}">${text}</span>`,
  )
  const xLabels = xAxis.ticks.map(
    ({ value, text }) => html`<span style="left:${percent(xAxis.place(value))}">${text}</span>`,
  )
  const markLabels = marks.map(({ x, label }) => {
    return html`<span class="mark" style="left:${percent(xAxis.place(x))}">${label}</span>`
  })
  return html`<section>${heading}${renderLegend(curves)}
<div class="chart${marks.length > 0 ? ' marked' : ''}" role="img" aria-label="${`${title} by ${xName}: ${curves.map(describeCurve).join('; ')}`}"><div class="y">${yLabels}</div>
<div class="plot">${drawPlot(curves, xAxis, yAxis, marks, details ? xName : undefined)}${markLabels}</div>
<div class="x">${xLabels}</div><div class="name">${xName}</div></div>${details && renderNumbers(chart, xName)}</section>\n`
}

/** Colours by run where several are compared, else by curve. */
function prepareCurves({ curves, logarithmic = false }: CurveChart): DrawnCurve[] {
  const runs = [...new Set(curves.map(({ run }) => run))]
  const names = new Set(curves.map(({ name }) => name))
  return curves.map(({ run, name, x, y }, index) => ({
    run,
    name,
    label: runs.length === 1 ? name : names.size === 1 ? (run ?? name) : run === undefined ? name : `${run}, ${name}`,
    color: (runs.length === 1 ? index : runs.indexOf(run)) % COLORS,
    isDashed: runs.length > 1 && names.size > 1 && name === 'train',
    points: thinOut(
      y.map((value, i): Point => {
        const isShown = Number.isFinite(value) && (!logarithmic || value > 0)
        return [x?.[i] ?? i + 1, isShown ? value : Number.NaN]
      }),
    ),
  }))
}

/** Keeps the lowest and the highest point of each of several hundred stretches: peaks stay visible. */
function thinOut(points: readonly Point[]): readonly Point[] {
  if (points.length <= LARGEST_CURVE) return points
  const stretch = (2 * points.length) / LARGEST_CURVE
  return Array.from({ length: LARGEST_CURVE / 2 }, (_, i) => {
    const part = points.slice(Math.floor(i * stretch), Math.floor((i + 1) * stretch))
    const finite = part.filter(([, y]) => Number.isFinite(y))
    const lowest = finite.reduce((a, b) => (b[1] < a[1] ? b : a), finite[0] ?? (part[0] as Point))
    const highest = finite.reduce((a, b) => (b[1] > a[1] ? b : a), finite[0] ?? (part[0] as Point))
    return lowest[0] <= highest[0] ? [lowest, highest] : [highest, lowest]
  }).flat()
}

function makeXAxis(values: readonly number[]): Axis {
  const [least, most] = findExtent(values)
  const scale = scaleLinear(least === most ? [least - 0.5, most + 0.5] : [least, most], [0, SIZE])
  const areWhole = values.every(Number.isInteger)
  const ticks = scale.ticks(6).filter((tick) => !areWhole || Number.isInteger(tick))
  const format = scale.tickFormat(6)
  return {
    place: (x) => scale(x),
    ticks: ticks.map((value) => ({ value, text: areWhole ? String(value) : format(value) })),
  }
}

function makeYAxis(values: readonly number[], logarithmic: boolean): Axis {
  const [least, most] = findExtent(values)
  if (logarithmic) {
    const scale = scaleLog(least === most ? [least / 2, most * 2] : [least, most], [0, SIZE]).nice()
    const format = scale.tickFormat(6)
    const [lowest, highest] = scale.domain() as [number, number]
    const powers = Math.log10(highest / lowest)
    const isPower = (value: number): boolean => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9
    const labelled = scale.ticks().filter((value) => (powers >= 3 ? isPower(value) : format(value) !== ''))
    // Over many powers of ten: about six of them.
    const every = Math.ceil(labelled.length / 7)
    return {
      place: (y) => scale(y),
      ticks: labelled.filter((_, index) => index % every === 0).map((value) => ({ value, text: formatFigure(value) })),
    }
  }
  const margin = least === most ? Math.abs(least) / 10 || 1 : 0
  const scale = scaleLinear([least - margin, most + margin], [0, SIZE]).nice(5)
  const format = scale.tickFormat(5)
  return { place: (y) => scale(y), ticks: scale.ticks(5).map((value) => ({ value, text: format(value) })) }
}

function findExtent(values: readonly number[]): [number, number] {
  return values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity])
}

function drawPlot(
  curves: readonly DrawnCurve[],
  xAxis: Axis,
  yAxis: Axis,
  marks: readonly { readonly x: number }[],
  xName: string | undefined,
): Markup {
  const path = line<Point>()
    .defined(([, y]) => Number.isFinite(y))
    .x(([x]) => xAxis.place(x))
    .y(([, y]) => SIZE - yAxis.place(y))
    .digits(1)
  const grid = yAxis.ticks.map(
    ({ value }) => html`<path class="grid" d="M0,${round(SIZE - yAxis.place(value))}H${SIZE}"/>`,
  )
  const verticals = marks.map(({ x }) => html`<path class="mark" d="M${round(xAxis.place(x))},0V${SIZE}"/>`)
  const lines = curves.map(
    ({ color, isDashed, points }) =>
      html`<path class="line c${color}${isDashed ? ' dashed' : ''}" d="${path(points) ?? ''}"/>\n`,
  )
  const spots = xName === undefined ? [] : curves.map((curve) => drawSpots(curve, xAxis, yAxis, xName))
  return html`<svg viewBox="0 0 ${SIZE} ${SIZE}" preserveAspectRatio="none" aria-hidden="true">${grid}${verticals}${lines}${spots}</svg>`
}

/** Points that show their figures when the pointer is over them. A line of no length is a round dot at any stretch. */
function drawSpots({ label, color, points }: DrawnCurve, xAxis: Axis, yAxis: Axis, xName: string): Markup[] {
  return points
    .filter(([, y]) => Number.isFinite(y))
    .map(([x, y]) => {
      const place = `M${round(xAxis.place(x))},${round(SIZE - yAxis.place(y))}h0`
      return html`<path class="spot c${color}" d="${place}"><title>${`${label}\n${xName} ${formatFigure(x)}: ${formatFigure(y)}`}</title></path>`
    })
}

/** One entry a curve; where runs are compared by several curves each, one a run, and what the dashes mean. */
function renderLegend(curves: readonly DrawnCurve[]): Markup {
  const runs = [...new Set(curves.map(({ run }) => run))]
  const isGrouped = curves.some(({ isDashed }) => isDashed)
  const entries = isGrouped
    ? runs.flatMap((run) => {
        const own = curves.filter((curve) => curve.run === run)
        const [first] = own
        return first ? [renderEntry(run ?? first.name, first.color, false, own.map(formatLast).join(' / '))] : []
      })
    : curves.map((curve) => renderEntry(curve.label, curve.color, false, formatLast(curve)))
  const names = isGrouped ? [...new Set(curves.map(({ name }) => name))] : []
  const keys = names.map((name) => renderEntry(name, undefined, name === 'train', ''))
  return html`<ul class="legend">${entries}${keys}</ul>`
}

function renderEntry(label: string, color: number | undefined, isDashed: boolean, last: string): Markup {
  const kind = `line ${color === undefined ? 'key' : `c${color}`}${isDashed ? ' dashed' : ''}`
  return html`<li><svg class="swatch" viewBox="0 0 24 8" aria-hidden="true"><path class="${kind}" d="M2,4H22"/></svg>${label}${last !== '' && html` <small>${last}</small>`}</li>`
}

function formatLast({ points }: DrawnCurve): string {
  const last = points.findLast(([, y]) => Number.isFinite(y))
  return last === undefined ? 'no finite values' : formatFigure(Number(last[1].toPrecision(3)))
}

function describeCurve(curve: DrawnCurve): string {
  return `${curve.label} ends at ${formatLast(curve)}`
}

/** The same in numbers, folded away: for readers who cannot see the picture, and for copying. */
function renderNumbers({ curves }: CurveChart, xName: string): Markup {
  const places = [...new Set(curves.flatMap(({ x, y }) => y.map((_, i) => x?.[i] ?? i + 1)))].sort((a, b) => a - b)
  const columns = curves.map(({ x, y }) => new Map(y.map((value, i) => [x?.[i] ?? i + 1, value])))
  const table = renderTable({
    columns: [xName, ...curves.map(({ run, name }) => (run === undefined ? name : `${run}, ${name}`))],
    rows: places.map((place) => [place, ...columns.map((column) => column.get(place) ?? null)]),
  })
  return html`<details><summary>Numbers</summary>${table}</details>`
}

function percent(place: number): string {
  return `${round(place / (SIZE / 100))}%`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
