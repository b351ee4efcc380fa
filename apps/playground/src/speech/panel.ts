// Speak digits, load a sound, or let the page speak, and see which digits the network hears, and when.
import { HostRandom } from '@deep-recipe/core-tensor'
import { generateSpokenDigits, type Sound, type SpokenDigit } from '@deep-recipe/datasets/sound'
import { button, element, errorBox } from '../page/elements.ts'
import type { Panel } from '../page/panel.ts'
import { RATE, STEP_SECONDS } from './features.ts'
import { play, readSoundFile, record } from './listen.ts'
import { drawRecognized } from './picture.ts'
import { loadRecognizer, type Recognized } from './recognizer.ts'
import { speakString } from './speak-string.ts'

/** Voices that the network was not trained with: the seed of the training is another one. */
const VOICES = { speakers: 6, takes: 1, rate: RATE, seed: 77 }

export const speechPanel: Panel = {
  name: 'speech',
  title: 'Speech',
  async open(root, backend) {
    const recognizer = loadRecognizer(backend)
    const random = new HostRandom(Date.now() % 2 ** 32)
    let digits: SpokenDigit[] | undefined
    let sound: Sound | undefined
    let recording: Awaited<ReturnType<typeof record>> | undefined
    const canvas = element('canvas', {
      class: 'wide',
      role: 'img',
      'aria-label': 'Spectrogram, and the probabilities of the digits',
    })
    const answer = element('p', { class: 'answer', role: 'status' })
    const failures = element('div')
    const input = element('input', {
      type: 'text',
      id: 'digits',
      value: '2 0 4 9',
      inputmode: 'numeric',
      maxlength: '20',
    })

    const guard = async (work: () => Promise<void>): Promise<void> => {
      failures.replaceChildren()
      try {
        await work()
      } catch (error) {
        failures.replaceChildren(errorBox(error))
      }
    }
    const recognize = async (heard: Sound): Promise<void> => {
      sound = heard
      const recognized = await recognizer.recognize(heard.samples, heard.rate)
      drawRecognized(canvas, recognized)
      answer.textContent = describe(recognized)
    }
    const speak = (): Promise<void> =>
      guard(async () => {
        digits ??= generateSpokenDigits(VOICES)
        const wanted = (input.value.match(/\d/g) ?? []).slice(0, 5).map(Number)
        const speaker = `voice-${1 + random.integer(VOICES.speakers)}`
        const takes = wanted.flatMap(
          (digit) => digits?.find((one) => one.digit === digit && one.speaker === speaker) ?? [],
        )
        await recognize({ samples: speakString(takes, random), rate: RATE })
      })
    const recorder = button(
      'Record',
      () =>
        void guard(async () => {
          if (recording) {
            const { stop } = recording
            recording = undefined
            recorder.textContent = 'Record'
            await recognize(await stop())
          } else {
            recording = await record()
            recorder.textContent = 'Stop'
          }
        }),
    )
    const file = element('input', { type: 'file', accept: 'audio/*,.wav', id: 'file' })
    file.addEventListener(
      'change',
      () =>
        void guard(async () => {
          const chosen = file.files?.[0]
          if (chosen) await recognize(await readSoundFile(chosen))
        }),
    )

    root.append(
      element(
        'p',
        {},
        'The network was told which digits its training sounds hold, but never when: CTC sums over all the times at which they might be spoken. What it learns are spikes: nearly always it says nothing, and for a moment a digit.',
      ),
      element(
        'div',
        { class: 'columns' },
        element(
          'section',
          { 'aria-label': 'Sound' },
          element('label', { for: 'digits' }, 'Digits to speak, up to five'),
          input,
          element(
            'div',
            { class: 'buttons' },
            button('Speak them', () => void speak(), 'main'),
            button('Play', () => sound && play(sound)),
            recorder,
          ),
          element('label', { for: 'file' }, 'Or a sound file (WAV or what the browser reads), four seconds of it '),
          file,
          element(
            'p',
            { class: 'quiet' },
            'The page speaks with a formant synthesizer. The network has heard twelve such voices, and no human: do not expect it to understand you well.',
          ),
        ),
        element(
          'section',
          { 'aria-label': 'Recognized' },
          answer,
          canvas,
          element(
            'p',
            { class: 'quiet' },
            'Above: energy by frequency (24 mel bands). Below: the probability of each digit at each moment.',
          ),
        ),
      ),
      failures,
    )
    await speak()
    return async () => {
      await recording?.stop().catch(() => undefined)
      recognizer.close()
    }
  },
}

function describe({ decoded }: Recognized): string {
  if (decoded.alignment.length === 0) return 'Heard: nothing.'
  const parts = decoded.alignment.map(
    ({ label, start, confidence }) => `${label - 1} (${(start * STEP_SECONDS).toFixed(1)} s, ${confidence.toFixed(2)})`,
  )
  return `Heard: ${parts.join(', ')}`
}
