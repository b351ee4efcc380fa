// Markup that cannot be broken by the text in it: whatever is put into a template is escaped unless it is markup itself.

/** A piece of finished markup. */
export interface Markup {
  readonly markup: string
}

/** What a template takes. `undefined` and `false` leave nothing. */
export type MarkupValue = Markup | string | number | undefined | false | readonly MarkupValue[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it stands in markup and in quoted attributes. Characters that no document may hold become U+FFFD. */
export function escapeText(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ESCAPES[character] as string)
    .replace(/[^\t\n\r\u0020-\u007e\u00a0-\u{10ffff}]|\p{Surrogate}|\p{Noncharacter_Code_Point}/gu, '\ufffd')
}

/** A template of markup: html`<b title="${text}">${parts}</b>`. Quote all attributes. */
export function html(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return { markup: parts.reduce((text, part, index) => text + render(values[index - 1]) + part) }
}

function render(value: MarkupValue): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value))
  return 'markup' in value ? value.markup : value.map(render).join('')
}

/** Markup with a line of text under it, where there is one. */
export function withCaption(content: Markup, caption: string | undefined, kind: string): Markup {
  return html`<figure class="${kind}">${content}${caption !== undefined && html`<figcaption>${caption}</figcaption>`}</figure>\n`
}
