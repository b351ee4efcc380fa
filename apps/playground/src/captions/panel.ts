// A scene, what the network says of it, and where it looked for each word.
import { generateScenes } from '@deep-recipe/datasets/captions'
import { button, element, errorBox } from '../page/elements.ts'
import type { Panel } from '../page/panel.ts'
import { loadCaptioner, type Sentence } from './captioner.ts'
import { MAP, SIZE } from './model.ts'

/** Pixels of the screen for one of a scene. */
const SCALE = 10

export const captionsPanel: Panel = {
  name: 'captions',
  title: 'Captions',
  async open(root, backend) {
    const captioner = loadCaptioner(backend)
    const canvas = element('canvas', {
      class: 'scene',
      width: String(SIZE * SCALE),
      height: String(SIZE * SCALE),
      role: 'img',
      'aria-label': 'A generated scene',
    })
    const words = element('p', { class: 'words', 'aria-live': 'polite' })
    const others = element('ul', { class: 'quiet' })
    const said = element('p', { class: 'quiet' })
    const failures = element('div')
    let seed = 1000

    const show = (pixels: Uint8Array, sentence: Sentence | undefined, word?: number): void =>
      drawScene(canvas, pixels, word === undefined ? undefined : sentence?.looks[word])
    const next = async (): Promise<void> => {
      try {
        const { images, captions } = generateScenes({
          count: 1,
          seed: seed++,
          size: SIZE,
          mostObjects: 1,
          combinations: 'new combinations',
        })
        const pixels = images.data as Uint8Array
        show(pixels, undefined)
        const [best, ...rest] = await captioner.caption(pixels)
        words.replaceChildren(
          ...(best?.words ?? []).map((text, place) => {
            const made = button(text, () => {
              for (const other of words.children) other.setAttribute('aria-pressed', String(other === made))
              show(pixels, best, place)
            })
            made.setAttribute('aria-pressed', 'false')
            made.addEventListener('pointerenter', () => show(pixels, best, place))
            made.addEventListener('focus', () => show(pixels, best, place))
            return made
          }),
        )
        others.replaceChildren(...rest.map((one) => element('li', {}, describe(one))))
        said.textContent = `A person might say: ${captions[0]?.[0] ?? ''}.`
      } catch (error) {
        failures.replaceChildren(errorBox(error))
      }
    }
    root.append(
      element(
        'p',
        {},
        'The network has seen thousands of scenes, but none with this thing at this place. Point at a word, or move to it with the Tab key, to see where it looked before it said it.',
      ),
      element(
        'div',
        { class: 'columns' },
        element(
          'div',
          {},
          canvas,
          element(
            'div',
            { class: 'buttons' },
            button('Another scene', () => void next(), 'main'),
          ),
        ),
        element(
          'section',
          { 'aria-label': 'Caption' },
          element('h2', {}, 'It says'),
          words,
          element('h3', {}, 'Next likeliest'),
          others,
          said,
        ),
      ),
      failures,
    )
    await next()
    return () => captioner.close()
  },
}

function describe({ words, probability }: Sentence): string {
  return `${words.join(' ')} (${probability.toFixed(3)})`
}

/** The scene, darkened where attention was not. */
function drawScene(canvas: HTMLCanvasElement, pixels: Uint8Array, look: Float32Array | undefined): void {
  const pen = canvas.getContext('2d')
  if (!pen) return
  const most = look ? Math.max(...look) : 1
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const place = Math.floor((y * MAP) / SIZE) * MAP + Math.floor((x * MAP) / SIZE)
      const light = look ? 0.25 + (0.75 * (look[place] ?? 0)) / most : 1
      const [red, green, blue] = [0, 1, 2].map((channel) =>
        Math.round(light * (pixels[(channel * SIZE + y) * SIZE + x] ?? 0)),
      )
      pen.fillStyle = `rgb(${red} ${green} ${blue})`
      pen.fillRect(x * SCALE, y * SCALE, SCALE, SCALE)
    }
  }
}
