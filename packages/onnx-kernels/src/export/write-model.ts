// Writing a model to disk: whole or not at all, with the weights of large models in a file beside it.
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { create } from '@bufbuild/protobuf'
import {
  type GraphProto,
  GraphProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from 'onnx-buf'
import { encodeModel, makeModel } from '../model/model.ts'

/** Protobuf messages end at 2 GiB; beyond this many bytes of weights the rest of the model might not fit. */
export const embeddedBytes: number = 1.8 * 2 ** 30
/** Weights below this size stay in the model, where shape inference can see them. */
const smallBytes = 1024
/** Weights begin at multiples of this, so that they can be mapped into memory. */
const alignment = 65536

/** Bytes of all weights and constants. */
export function countBytes(graph: GraphProto): number {
  return graph.initializer.reduce((sum, tensor) => sum + tensor.rawData.byteLength, 0)
}

/** Writes the model; with `external` its weights go to `PATH.data`. Gives the paths written. */
export async function writeModel(path: string, graph: GraphProto, external: boolean): Promise<string[]> {
  if (!external) {
    await writeWhole(path, async (file) => void (await file.writeFile(encodeModel(makeModel(graph, [])))))
    return [path]
  }
  const dataPath = `${path}.data`
  const { initializer, chunks } = moveWeights(graph, basename(dataPath))
  await writeWhole(dataPath, async (file) => {
    for (const { offset, bytes } of chunks) await writeAt(file, bytes, offset)
  })
  const moved = create(GraphProtoSchema, { ...graph, initializer })
  await writeWhole(path, async (file) => void (await file.writeFile(encodeModel(makeModel(moved, [])))))
  return [path, dataPath]
}

interface Chunk {
  readonly offset: number
  readonly bytes: Uint8Array
}

function moveWeights(graph: GraphProto, location: string): { initializer: TensorProto[]; chunks: Chunk[] } {
  const chunks: Chunk[] = []
  let end = 0
  const initializer = graph.initializer.map((tensor) => {
    const bytes = tensor.rawData
    if (bytes.byteLength < smallBytes) return tensor
    const offset = Math.ceil(end / alignment) * alignment
    end = offset + bytes.byteLength
    chunks.push({ offset, bytes })
    const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value })
    return create(TensorProtoSchema, {
      name: tensor.name,
      dims: tensor.dims,
      dataType: tensor.dataType,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [
        entry('location', location),
        entry('offset', String(offset)),
        entry('length', String(bytes.byteLength)),
      ],
    })
  })
  return { initializer, chunks }
}

/** Writes in parts: one call takes less than 2 GiB. */
async function writeAt(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  const part = 2 ** 28
  for (let start = 0; start < bytes.byteLength; start += part) {
    const length = Math.min(part, bytes.byteLength - start)
    await file.write(bytes, start, length, offset + start)
  }
}

/** Under a temporary name, flushed, then renamed: a reader sees the old file or the new one, never a part. */
async function writeWhole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = await open(temporary, 'w')
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
