// The figures of `fit` for TensorBoard.
import { appendToFile } from '../files/append-file.ts'
import { writeFileAtomically } from '../files/atomic-write.ts'
import { loadBuiltin } from '../files/builtin-module.ts'
import type { Callback } from '../fit/callbacks.ts'
import type { Figures } from '../fit/history.ts'
import { encodeEvent } from './event-file.ts'

/**
 * Writes event files for TensorBoard, an event for each epoch, its step that of the training: `folder/train` holds `loss`,
 * each metric and `gradientNorm`, `folder/validation` the same of the validation data. Look at them with
 * `tensorboard --logdir folder`, or at several runs with the folder around theirs. A run that is resumed writes another file
 * beside the first, as TensorBoard expects; epochs that come again are shown once.
 *
 * An example is in the README of this package, under “For the viewer that you have”.
 *
 * @throws FileError where the files cannot be written
 */
export function recordEvents(folder: string): Callback {
  let begin: Begin | undefined
  const files = new Map<string, string>()
  const write = async (part: string, step: number, figures: Figures): Promise<void> => {
    const known = files.get(part)
    const path = known ?? (await openEventFile(folder, part, begin))
    files.set(part, path)
    await appendToFile(path, encodeEvent({ time: Date.now() / 1000, step, figures }))
  }
  return {
    name: 'recordEvents',
    onStart({ step }): void {
      begin = { step, time: Date.now() / 1000 }
      files.clear()
    },
    async onEpochEnd({ figures: { step, train, validation } }): Promise<void> {
      await write('train', step, train)
      if (validation) await write('validation', step, validation)
    },
  }
}

/** Where and when a run began or went on. */
interface Begin {
  readonly step: number
  readonly time: number
}

/** Files of one process, so that two runs within a second have two names. */
let count = 0

/** A new file with a name that TensorBoard takes. */
async function openEventFile(folder: string, part: string, begin: Begin | undefined): Promise<string> {
  const { step, time } = begin ?? { step: 0, time: Date.now() / 1000 }
  const host = loadBuiltin('node:os').hostname()
  const name = `events.out.tfevents.${Math.floor(time)}.${host}.${globalThis.process.pid}.${count++}`
  const path = loadBuiltin('node:path').join(folder, part, name)
  const first = [encodeEvent({ time, step: 0, version: true }), encodeEvent({ time, step: step + 1, start: true })]
  await writeFileAtomically(path, new Uint8Array(await new Blob(first).arrayBuffer()))
  return path
}
