// Draw a digit, and watch a network learn to read it while dropout, noise and decay change under its feet.
import { HostRandom } from '@deep-recipe/core-tensor'
import { button, element, errorBox, probabilityBars, slider } from '../page/elements.ts'
import { lineChart } from '../page/line-chart.ts'
import type { Panel } from '../page/panel.ts'
import { addNoise, DigitSet } from './data.ts'
import { createDrawing } from './drawing.ts'
import { DigitsNetwork } from './network.ts'

const BATCH = 50
const TRAINING = 500
const TESTS = 200
const NOISE_OF_TEST = 0.5
/** Steps between two measurements. */
const EVERY = 20

/** The page gets a chance to answer after so many milliseconds of training. */
const FRAME = 16

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds))

export const digitsPanel: Panel = {
  name: 'digits',
  title: 'Digits',
  async open(root, backend) {
    const [training, tests] = [new DigitSet(TRAINING, 1), new DigitSet(TESTS, 2)]
    const measured = {
      training: training.first(TESTS),
      clean: tests.first(),
      noisy: addNoise(tests.first(), NOISE_OF_TEST, 3),
    }
    const network = new DigitsNetwork(backend)
    await network.restart(1)

    const controls = {
      dropout: slider({ label: 'Dropout', least: 0, most: 0.8, step: 0.05, value: 0, format: (x) => x.toFixed(2) }),
      noise: slider({
        label: 'Noise on training images',
        least: 0,
        most: 1,
        step: 0.05,
        value: 0,
        format: (x) => x.toFixed(2),
      }),
      decay: slider({
        label: 'Weight decay λ',
        least: 0,
        most: 0.02,
        step: 0.0005,
        value: 0,
        format: (x) => x.toFixed(4),
      }),
    }
    const chart = lineChart('Share of digits read rightly, by training step', [
      { name: 'training', color: 'var(--accent)' },
      { name: 'test', color: 'var(--third)' },
      { name: 'test with noise', color: 'var(--second)' },
    ])
    const bars = probabilityBars([...'0123456789'], 'What the network reads')
    const drawing = createDrawing(() => void look())
    const failures = element('div')
    let [isRunning, isOpen, seed] = [true, true, 1]

    // What is drawn is brought into form when it changes, not at every reading.
    let image = drawing.read()
    const look = (): Promise<void> => {
      image = drawing.read()
      return showReading()
    }
    const showReading = async (): Promise<void> => {
      bars.show(image ? await network.read(image) : new Array(10).fill(0))
    }
    const random = new HostRandom(4)
    const showTest = (): void => {
      const place = random.integer(tests.count)
      drawing.show(tests.images.subarray(place * 784, (place + 1) * 784))
      void look()
    }
    const toggle = button('Pause', () => {
      isRunning = !isRunning
      toggle.textContent = isRunning ? 'Pause' : 'Go on'
    })
    let restart = false

    root.append(
      element(
        'p',
        {},
        `A network with two hidden layers learns ${TRAINING} generated digits, over and over. Left alone it learns them by heart: the training line reaches 1 while the test lines stay below. Move a slider and watch what changes.`,
      ),
      element(
        'div',
        { class: 'columns' },
        element(
          'section',
          { 'aria-label': 'Training' },
          element('h2', {}, 'Train'),
          chart.root,
          ...Object.values(controls).map((control) => control.root),
          element(
            'div',
            { class: 'buttons' },
            toggle,
            button('Begin anew', () => {
              restart = true
            }),
          ),
          element(
            'p',
            { class: 'quiet' },
            `Test noise: Gaussian, deviation ${NOISE_OF_TEST}; no network trains on these images.`,
          ),
        ),
        element(
          'section',
          { 'aria-label': 'Reading' },
          element('h2', {}, 'Draw a digit'),
          drawing.root,
          element(
            'div',
            { class: 'buttons' },
            button('Clear', () => {
              drawing.clear()
              void look()
            }),
            button('Show a test digit', showTest),
          ),
          bars.root,
        ),
      ),
      failures,
    )
    showTest()

    const order = new HostRandom(5)
    let breathed = performance.now()
    const train = async (): Promise<void> => {
      while (isOpen) {
        if (restart) {
          restart = false
          await network.restart(++seed)
          chart.clear()
        }
        if (!isRunning) {
          await pause(100)
          continue
        }
        if (network.steps % EVERY === 0) {
          const values = [
            await network.measure(measured.training),
            await network.measure(measured.clean),
            await network.measure(measured.noisy),
          ]
          chart.add(network.steps, values)
          await showReading()
        }
        if (performance.now() - breathed > FRAME) {
          await pause(0)
          breathed = performance.now()
        }
        const places = Array.from({ length: BATCH }, () => order.integer(training.count))
        await network.train(training.take(places), {
          dropout: controls.dropout.value(),
          noise: controls.noise.value(),
          decay: controls.decay.value(),
        })
      }
    }
    const ending = train().catch((error: unknown) => failures.replaceChildren(errorBox(error)))
    return async () => {
      isOpen = false
      await ending
      network.close()
    }
  },
}
