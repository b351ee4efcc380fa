// The page of a training: what was learned and what it had to beat, how, which digits are taken for which, and how it sounds and looks.

import { countParameters } from '@deep-recipe/layers-core'
import { alignEdits } from '@deep-recipe/sequence-losses'
import {
  type Curve,
  createReport,
  type EpochFigures,
  type HostParams,
  type Report,
  writeReport,
} from '@deep-recipe/training'
import type { SpeechData } from './data.ts'
import { hear } from './hearing.ts'
import { type Answer, type Measurement, percent } from './measure.ts'
import type { Network } from './network.ts'
import { addUtterance } from './picture-section.ts'

/** A trained and measured network. */
export interface DescribedNetwork {
  readonly name: string
  readonly network: Network
  readonly params: HostParams
  readonly measured: Measurement
  readonly history: readonly EpochFigures[]
}

/** What the page tells of. */
export interface SpeechResult {
  readonly data: SpeechData
  /** The network, then what it had to beat. */
  readonly networks: readonly [DescribedNetwork, DescribedNetwork]
  readonly seconds: number
  readonly backend: string
}

/** Writes the page. */
export async function writeSpeechReport(path: string, result: SpeechResult): Promise<void> {
  const { data, networks, seconds, backend } = result
  const [network] = networks
  const { measured } = network
  const report = createReport({
    title: 'Speech to digits',
    subtitle: `${capitalize(data.source)}. ${Math.round(seconds)} s on ${backend}.`,
  })
  report.keyFigures([
    { label: 'Digit error rate', value: percent(measured.digitErrorRate), note: 'strings of 1 to 7 digits' },
    { label: 'Single digits right', value: percent(measured.singleDigitAccuracy) },
    { label: 'CTC loss', value: measured.loss.toFixed(3), note: 'nats for each digit' },
  ])
  report.heading('What memory is good for')
  report.table({
    columns: [
      'network',
      { name: 'parameters', digits: 0 },
      { name: 'digit error rate', digits: 4, best: 'smallest' },
      { name: 'single digits right', digits: 4, best: 'largest' },
      { name: 'loss', digits: 4, best: 'smallest' },
    ],
    rows: networks.map(({ name, params, measured: one }) => [
      name,
      countParameters(params),
      one.digitErrorRate,
      one.singleDigitAccuracy,
      one.loss,
    ]),
    caption: `${measured.edits.length} digits in ${measured.strings.length} strings, and ${measured.singles.length} recordings by themselves. The errors are exchanged, missed and made-up digits together.`,
  })
  report.heading('Learning')
  report.curves({
    charts: networks.map(({ name, history }) => ({ title: name, logarithmic: true, curves: lossCurves(history) })),
    caption:
      'CTC loss by epoch, nats for each digit. The strings become longer in the course of the training, so that its loss may rise meanwhile.',
  })
  addConfusions(report, measured)
  addExamples(report, network)
  await writeReport(report, path)
}

function lossCurves(history: readonly EpochFigures[]): Curve[] {
  return [
    { name: 'train', y: history.map(({ train }) => train.loss ?? Number.NaN) },
    { name: 'validation', y: history.map(({ validation }) => validation?.loss ?? Number.NaN) },
  ]
}

/** Which digit was taken for which: a row for each digit that was said. */
function addConfusions(report: Report, { strings, singles }: Measurement): void {
  const counts = Array.from({ length: 11 }, () => new Array<number>(11).fill(0))
  for (const { heard, utterance } of [...strings, ...singles]) {
    for (const edit of alignEdits([...heard.digits], [...utterance.digits])) {
      const said = 'reference' in edit ? Number(edit.reference) : 10
      const understood = 'candidate' in edit ? Number(edit.candidate) : 10
      const row = counts[said] as number[]
      row[understood] = (row[understood] as number) + 1
    }
  }
  report.heading('What is taken for what')
  report.heatMaps({
    charts: [
      {
        values: counts,
        rowName: 'said',
        columnName: 'heard',
        rowLabels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'nothing'],
        columnLabels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'nothing'],
      },
    ],
    caption:
      'Strings and single recordings together. The last row holds digits that were made up, the last column those that were missed.',
  })
}

const shownRight = 3
const shownWrong = 4

/** Some strings as pictures: the longest that were understood, and those with the most errors. */
function addExamples(report: Report, { measured, network }: DescribedNetwork): void {
  const isRight = ({ heard, utterance }: Answer): boolean => heard.digits.join() === utterance.digits.join()
  const right = measured.strings.filter((one) => isRight(one) && one.utterance.digits.length === 5).slice(0, shownRight)
  const wrong = [...measured.strings, ...measured.singles].filter((one) => !isRight(one)).slice(0, shownWrong)
  report.heading('Spectrograms and spikes')
  report.paragraph(
    'Above, the energy of each mel filter (low frequencies below). Beneath it, a line for each digit from 9 down to 0: red where the network says that digit. It was never told where a digit lies; most of the time it says nothing at all (the blank), and a digit is a short spike at one place of it or close by, often its beginning or its end.',
  )
  for (const one of [...right, ...wrong]) {
    const { utterance, heard } = one
    addUtterance(report, {
      caption: `${utterance.speaker} says ${utterance.digits.join(' ')}, heard ${heard.digits.join(' ') || 'nothing'}`,
      features: hear(utterance.samples),
      heard,
      stride: network.stride,
      isRight: isRight(one),
    })
  }
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
