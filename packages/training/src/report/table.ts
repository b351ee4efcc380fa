// Tables of a report: numbers aligned and of one length, the best of a column marked.
import { formatFigure } from '../progress/format.ts'
import { html, type Markup } from './html.ts'

/** A cell: numbers are aligned to the right; null is a dash. */
export type TableCell = string | number | null

/** One column. */
export interface TableColumn {
  readonly name: string
  /** Digits after the point, those before it in groups of three. Default: four significant digits. */
  readonly digits?: number
  /** Marks the largest or the smallest number. */
  readonly best?: 'largest' | 'smallest'
}

/** A table. */
export interface Table {
  readonly columns: readonly (string | TableColumn)[]
  readonly rows: readonly (readonly TableCell[])[]
  readonly caption?: string
}

/** The markup of a table, wide ones scroll by themselves. */
export function renderTable({ columns, rows }: Table): Markup {
  const named = columns.map((column) => (typeof column === 'string' ? { name: column } : column))
  const kinds = named.map((column, index): ColumnKind => {
    const cells = rows.map((row) => row[index] ?? null)
    return { ...column, isNumeric: cells.some((cell) => typeof cell === 'number'), bestValue: findBest(column, cells) }
  })
  const head = kinds.map(({ name, isNumeric }) => html`<th scope="col"${isNumeric && NUMBER}>${name}</th>`)
  const body = rows.map(
    (row) => html`<tr>${kinds.map((kind, index) => renderCell(row[index] ?? null, kind, index))}</tr>\n`,
  )
  return html`<div class="scroll"><table><thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table></div>`
}

interface ColumnKind extends TableColumn {
  readonly isNumeric: boolean
  readonly bestValue: number | undefined
}

const NUMBER = html` class="number"`

function findBest({ best }: TableColumn, cells: readonly TableCell[]): number | undefined {
  const numbers = cells.filter((cell): cell is number => typeof cell === 'number' && !Number.isNaN(cell))
  if (best === undefined || numbers.length === 0) return undefined
  return numbers.reduce((a, b) => (best === 'largest' ? Math.max(a, b) : Math.min(a, b)))
}

function renderCell(cell: TableCell, kind: ColumnKind, index: number): Markup {
  const { digits, isNumeric, bestValue } = kind
  const text = typeof cell === 'number' ? formatNumber(cell, digits) : (cell ?? '–')
  const content = cell !== null && cell === bestValue ? html`<strong>${text}</strong>` : text
  if (index === 0 && !isNumeric) return html`<th scope="row">${content}</th>`
  return html`<td${isNumeric && NUMBER}>${content}</td>`
}

function formatNumber(value: number, digits: number | undefined): string {
  const length = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  const text =
    digits === undefined || !Number.isFinite(value) ? formatFigure(value) : value.toLocaleString('en', length)
  return text.replace('-', '−')
}
