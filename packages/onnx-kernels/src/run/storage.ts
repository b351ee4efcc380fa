// Memory of arrays: counted by its owners, and given back when the last one lets go. Waiting for the garbage collector
// instead would double what a training step keeps, and have it run every few steps for memory that it does not see.
import { MessageChannel } from 'node:worker_threads'
import type { HostData } from '@deep-recipe/core-tensor'
import type { OrtTensor, TensorData } from './runtime.ts'

/** A tensor in host memory that arrays, and runs that read it, own together. */
export class Storage {
  readonly tensor: OrtTensor
  #owners = 0
  #isExposed = false

  constructor(tensor: OrtTensor) {
    this.tensor = tensor
  }

  get bytes(): number {
    return (this.tensor.data as TensorData).byteLength
  }

  /** Whether `owners` owners are all there are, and the user has not got hold of the numbers: then they may be overwritten. */
  isHeldBy(owners: number): boolean {
    return this.#owners === owners && !this.#isExposed
  }

  /** One more owner. */
  retain(): this {
    this.#owners++
    return this
  }

  /** One owner less; the last one gives the memory back, unless the user has it as well. */
  release(): void {
    this.#owners--
    if (this.#owners === 0 && !this.#isExposed) freeMemory(this.tensor.data as TensorData)
  }

  /** The numbers for the user, who may keep them. */
  expose(): HostData {
    this.#isExposed = true
    return this.tensor.data as TensorData
  }
}

/** ArrayBuffer.prototype.transfer, which Node has from version 21 on. */
interface Transferable {
  transfer?(length: number): unknown
}

let closedPort: MessagePort | undefined

/** Takes the memory away from an array: moved to an empty buffer, or posted to nobody where that is not known yet. */
function freeMemory(data: TensorData): void {
  const buffer = data.buffer as ArrayBuffer & Transferable
  if (data.byteLength !== buffer.byteLength || data.byteLength === 0) return
  if (buffer.transfer) {
    buffer.transfer(0)
    return
  }
  closedPort ??= makeClosedPort()
  closedPort.postMessage(undefined, [buffer])
}

function makeClosedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port2.close()
  port1.close()
  return port1 as unknown as MessagePort
}
