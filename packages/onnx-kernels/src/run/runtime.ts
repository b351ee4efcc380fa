// ONNX Runtime, loaded when a backend is opened and not before: it is an optional dependency.
import { BackendError } from '@deep-recipe/core-tensor'

/** A typed array as ONNX Runtime takes and gives it. */
export type TensorData = Float32Array | Int32Array | Uint8Array

/** A value of ONNX Runtime, in host memory. */
export interface OrtTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: unknown
}

/** A loaded model. */
export interface OrtSession {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
    fetches: readonly string[],
  ): Promise<Readonly<Record<string, OrtTensor>>>
  release(): Promise<void>
}

/** The part of onnxruntime-node that is used, so that declarations do not depend on an optional package. */
export interface OrtRuntime {
  readonly version: string
  createSession(model: Uint8Array | string, options: Readonly<Record<string, unknown>>): Promise<OrtSession>
  createTensor(type: 'float32' | 'int32' | 'bool', data: TensorData, shape: readonly number[]): OrtTensor
}

/**
 * Loads onnxruntime-node.
 *
 * @throws BackendError when it is not installed or does not load on this machine.
 */
export async function loadRuntime(): Promise<OrtRuntime> {
  try {
    const loaded = await import('onnxruntime-node')
    const { InferenceSession, Tensor, env } =
      'InferenceSession' in loaded ? loaded : (loaded as { default: typeof loaded }).default
    return {
      version: env.versions.node ?? env.versions.common,
      createSession: (model, options) => InferenceSession.create(model as Uint8Array, options),
      createTensor: (type, data, shape) => new Tensor(type, data, shape),
    }
  } catch (error) {
    throw new BackendError(
      {
        what: 'openOnnx',
        expected: 'the package onnxruntime-node',
        received: error instanceof Error ? (error.message.split('\n')[0] as string) : String(error),
        remedy: 'Install it with `npm install onnxruntime-node@1.30.0`, or use another backend.',
      },
      { cause: error },
    )
  }
}
