// Type a sentence, and see which words fill which slots.
import { button, element, errorBox } from '../page/elements.ts'
import type { Panel } from '../page/panel.ts'
import { loadTagger, type TaggedWord } from './tagger.ts'

const EXAMPLES = [
  'i would like to arrive Taipei on November 2nd',
  'i would like to leave Taipei on November 2nd',
  'taipei is where i want to arrive on friday evening',
  'how much is a ticket from Paris to northbury in business class',
]

export const slotsPanel: Panel = {
  name: 'slots',
  title: 'Slots',
  async open(root, backend) {
    const tagger = loadTagger(backend)
    const input = element('input', {
      type: 'text',
      id: 'sentence',
      value: EXAMPLES[0] as string,
      autocomplete: 'off',
      autocapitalize: 'off',
      maxlength: '400',
    })
    const shown = element('p', { class: 'tagged', 'aria-live': 'polite' })
    let latest = 0
    const update = async (): Promise<void> => {
      const number = ++latest
      try {
        const words = await tagger.tag(input.value)
        // Only what was typed last is shown, whichever answer comes first.
        if (number === latest) shown.replaceChildren(...words.flatMap(describeWord))
      } catch (error) {
        shown.replaceChildren(errorBox(error))
      }
    }
    input.addEventListener('input', () => void update())
    const examples = EXAMPLES.map((text) =>
      button(text, () => {
        input.value = text
        void update()
      }),
    )
    root.append(
      element(
        'p',
        {},
        'Taipei is a destination in one sentence and a place of departure in the other: the network has to remember the verb. It reads the sentence both ways, and learned from 3,000 generated ones.',
      ),
      element('label', { for: 'sentence' }, 'A sentence about a ticket'),
      input,
      shown,
      element('h3', {}, 'Try these'),
      element('div', { class: 'buttons' }, ...examples),
      element(
        'p',
        { class: 'quiet' },
        'Dotted: a word that the network has never seen. It can only guess from its neighbours.',
      ),
    )
    await update()
    return () => tagger.close()
  },
}

/** A word with its slot underneath. */
function describeWord({ word, tag, probability, isKnown }: TaggedWord): (Node | string)[] {
  const slot = tag === 'O' ? '' : tag.slice(2).replaceAll('_', ' ')
  const kind = [isKnown ? '' : 'unknown', slot === '' ? '' : `slot ${slot.split(' ')[0]}`].join(' ').trim()
  const title = `${tag}, probability ${probability.toFixed(2)}`
  const label = element('small', {}, slot === '' ? '\u00a0' : `${slot} ${probability.toFixed(2)}`)
  return [element('span', { class: `word ${kind}`, title }, word, label), ' ']
}
