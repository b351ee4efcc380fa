// Sentences of a report in which stretches of words carry a name each: slots, phrases, parts of speech, in a colour a name.
import { html, type Markup } from './html.ts'
import { renderFramed, type TextFrame } from './text-frame.ts'

/** Words that stand together, with or without a name. */
export interface TaggedSpan {
  readonly text: string
  /** The name that stands under them, and decides the colour. */
  readonly tag?: string
  /** Beside the name, e.g. its probability. */
  readonly note?: string
}

/** One text. */
export interface TaggedText extends TextFrame {
  readonly spans: readonly TaggedSpan[]
}

/** Several texts under one caption. */
export interface TaggedTexts {
  readonly texts: readonly TaggedText[]
  /** All names, in the order of their colours, for several lists of texts that go together. Default: those that occur, in their order. */
  readonly tags?: readonly string[]
  readonly caption?: string
}

/** Colours of the style sheet; further names begin with the first one again. */
const colors = 8

/** Texts one under the other. */
export function renderTaggedTexts({ texts, tags }: TaggedTexts): Markup {
  const names = tags ?? [...new Set(texts.flatMap(({ spans }) => spans.flatMap(({ tag }) => tag ?? [])))]
  return html`<ul class="marked-texts tagged-texts">${texts.map(({ spans, ...frame }) =>
    renderFramed(
      frame,
      spans.map((span) => renderSpan(span, names)),
    ),
  )}</ul>`
}

function renderSpan({ text, tag, note }: TaggedSpan, names: readonly string[]): Markup {
  if (tag === undefined) return html`${text} `
  const color = Math.max(0, names.indexOf(tag)) % colors
  return html`<span class="tagged" style="--color:var(--c${color})">${text}<small>${tag}${note !== undefined && ` ${note}`}</small></span> `
}
