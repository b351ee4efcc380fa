// Sentences of a report whose words are coloured by a number each: what speaks for a verdict, and what against it.
import { formatFigure } from '../progress/format.ts'
import { html, type Markup } from './html.ts'
import { renderFramed, type TextFrame } from './text-frame.ts'

/** A word and its weight: positive and negative ones have a colour each. */
export interface MarkedWord {
  readonly text: string
  readonly weight: number
}

/** One text. */
export interface MarkedText extends TextFrame {
  readonly words: readonly MarkedWord[]
}

/** Several texts under one caption. */
export interface MarkedTexts {
  readonly texts: readonly MarkedText[]
  /** The weight of the full colour. Default: the largest magnitude of each text. */
  readonly full?: number
  readonly caption?: string
}

/** Texts one under the other. */
export function renderMarkedTexts({ texts, full }: MarkedTexts): Markup {
  return html`<ul class="marked-texts">${texts.map((text) => renderText(text, full))}</ul>`
}

function renderText({ words, ...frame }: MarkedText, full: number | undefined): Markup {
  const magnitudes = words.map(({ weight }) => Math.abs(weight)).filter(Number.isFinite)
  const most = full ?? magnitudes.reduce((largest, one) => Math.max(largest, one), 0)
  const marked = words.map(({ text, weight }) => {
    const share = most > 0 && Number.isFinite(weight) ? Math.min(1, Math.abs(weight) / most) : 0
    const kind = weight < 0 ? 'word negative' : 'word'
    return html`<span class="${kind}" style="--share:${(70 * share).toFixed(1)}%" title="${formatFigure(weight)}">${text}</span> `
  })
  return renderFramed(frame, marked)
}
