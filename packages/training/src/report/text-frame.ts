// What stands in front of a sentence of a report, and behind it.
import { html, type Markup } from './html.ts'

/** Around the words of one text. */
export interface TextFrame {
  /** In front, e.g. the verdict, or who said so. */
  readonly label?: string
  /** Whether the label is good or bad news. */
  readonly tone?: 'good' | 'bad'
  /** Behind, in small print. */
  readonly note?: string
}

/** A text as an item of a list. */
export function renderFramed({ label, tone, note }: TextFrame, words: readonly Markup[]): Markup {
  const front = label !== undefined && html`<b class="${tone ?? 'plain'}">${label}</b> `
  return html`<li>${front}${words}${note !== undefined && html`<small>${note}</small>`}</li>\n`
}
