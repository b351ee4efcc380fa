// The page: tabs, one experiment at a time, and the backend that they share.
import { captionsPanel } from '../captions/panel.ts'
import { digitsPanel } from '../digits/panel.ts'
import { goPanel } from '../go/panel.ts'
import { slotsPanel } from '../slots/panel.ts'
import { speechPanel } from '../speech/panel.ts'
import { element, errorBox } from './elements.ts'
import { openPageBackend } from './open-backend.ts'
import type { Panel } from './panel.ts'

const panels: readonly Panel[] = [digitsPanel, goPanel, slotsPanel, speechPanel, captionsPanel]

const find = (id: string): HTMLElement => document.getElementById(id) ?? document.body
const [tabs, main, status] = [find('tabs'), find('panel'), find('backend')]
const { backend, sentence } = await openPageBackend()
status.textContent = sentence

const buttons = panels.map(({ name, title }) => {
  const tab = element('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': 'panel' }, title)
  tab.addEventListener('click', () => {
    location.hash = name
  })
  return tab
})
tabs.append(...buttons)
tabs.addEventListener('keydown', (event) => {
  const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  const place = buttons.indexOf(document.activeElement as HTMLButtonElement)
  if (move === undefined || place < 0) return
  const next = buttons[(place + move + buttons.length) % buttons.length]
  next?.focus()
  next?.click()
})

let close: () => Promise<void> | void = () => {}
let opening = Promise.resolve()

/** Shows the experiment that the address names, when the one before has ended. */
function show(): void {
  const panel = panels.find(({ name }) => location.hash === `#${name}`) ?? panels[0]
  if (!panel) return
  opening = opening.then(async () => {
    await close()
    close = () => {}
    buttons.forEach((tab, place) => {
      const isChosen = panels[place] === panel
      tab.setAttribute('aria-selected', String(isChosen))
      tab.tabIndex = isChosen ? 0 : -1
    })
    main.setAttribute('aria-labelledby', `tab-${panel.name}`)
    main.replaceChildren()
    try {
      close = await panel.open(main, backend)
    } catch (error) {
      main.append(errorBox(error))
    }
  })
}
addEventListener('hashchange', show)
show()
