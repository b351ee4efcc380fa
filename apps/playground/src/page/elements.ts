// Small builders for the page: elements, buttons, sliders, bars of probabilities. Text goes in as text, never as markup.

/** What stands inside an element. */
export type Child = Node | string

/** An element with attributes and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** A button that does something. */
export function button(text: string, onPress: () => void, kind = ''): HTMLButtonElement {
  const made = element('button', { type: 'button', class: kind }, text)
  made.addEventListener('click', onPress)
  return made
}

/** What a slider sets. */
export interface SliderOptions {
  readonly label: string
  readonly least: number
  readonly most: number
  readonly step: number
  readonly value: number
  /** The number as it is shown, e.g. `10⁻³`. */
  readonly format?: (value: number) => string
}

/** A labelled slider. `value()` is its number at present. */
export function slider({ label, least, most, step, value, format = String }: SliderOptions): {
  readonly root: HTMLElement
  value(): number
} {
  const shown = element('output', {}, format(value))
  const input = element('input', {
    type: 'range',
    min: String(least),
    max: String(most),
    step: String(step),
    value: String(value),
    'aria-label': label,
  })
  const tell = (): void => {
    const text = format(Number(input.value))
    shown.textContent = text
    input.setAttribute('aria-valuetext', text)
  }
  input.addEventListener('input', tell)
  tell()
  return {
    root: element('label', { class: 'slider' }, element('span', {}, label), shown, input),
    value: () => Number(input.value),
  }
}

/** Bars for named shares, the largest in bold. */
export function probabilityBars(
  names: readonly string[],
  label: string,
): {
  readonly root: HTMLElement
  show(shares: ArrayLike<number>): void
} {
  const rows = names.map((name) => {
    const fill = element('i')
    return {
      name: element('span', {}, name),
      track: element('span', { class: 'track' }, fill),
      fill,
      value: element('span'),
    }
  })
  const root = element('div', { class: 'bars', role: 'group', 'aria-label': label })
  root.append(...rows.flatMap(({ name, track, value }) => [name, track, value]))
  const show = (shares: ArrayLike<number>): void => {
    const best = Array.from(shares).indexOf(Math.max(...Array.from(shares)))
    rows.forEach(({ name, track, fill, value }, place) => {
      const share = shares[place] ?? 0
      fill.style.width = `${(share * 100).toFixed(1)}%`
      value.textContent = share.toFixed(2)
      for (const each of [name, track, value]) each.classList.toggle('best', place === best && share > 0)
    })
  }
  show(new Array(names.length).fill(0))
  return { root, show }
}

/** One sentence about something that failed. */
export function errorBox(error: unknown): HTMLElement {
  return element('p', { class: 'error', role: 'alert' }, error instanceof Error ? error.message : String(error))
}
