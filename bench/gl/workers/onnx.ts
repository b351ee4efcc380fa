// The native CPU backend on the task that both backends are compared by.
import { openOnnx } from '../../../packages/onnx-kernels/src/index.ts'
import { makeAtisEpoch } from '../../onnx/workers/atis-epoch.ts'
import { serve } from './serve.mjs'

const backend = await openOnnx()
await serve('deep-recipe (ONNX Runtime)', { 'ATIS epoch, a tenth': () => makeAtisEpoch(backend, 10) })
