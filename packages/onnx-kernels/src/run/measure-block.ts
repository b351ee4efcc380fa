// How many channels ONNX Runtime keeps together in its own layout: 8 or 16, by the width of the processor's registers.
import { blockedDomain } from '../lower/blocked-convolution.ts'
import { GraphWriter } from '../model/graph-writer.ts'
import { encodeModel, makeModel } from '../model/model.ts'
import type { OrtRuntime, OrtTensor } from './runtime.ts'

const shape = [1, 32, 1, 2] as const

/** Channels per block, read off how a small image is reordered; 0 where this processor has no such layout. */
export async function measureBlock(runtime: OrtRuntime): Promise<number> {
  const writer = new GraphWriter()
  const input = writer.input('float32', shape)
  const output = writer.emit('ReorderInput', [input], {}, { domain: blockedDomain })
  writer.output(output, 'float32', shape)
  try {
    const model = encodeModel(makeModel(writer.finish('block'), writer.domains))
    const session = await runtime.createSession(model, { intraOpNumThreads: 1, logSeverityLevel: 4 })
    const pixels = Float32Array.from({ length: 64 }, (_, position) => position)
    const results = await session.run({ [input]: runtime.createTensor('float32', pixels, shape) }, [output])
    await session.release()
    // Channel 0 has the pixels 0 and 1: a block of channels of the first pixel stands before the second.
    const { data } = results[output] as OrtTensor
    const block = (data as Float32Array).indexOf(1)
    return block > 1 ? block : 0
  } catch {
    return 0
  }
}
