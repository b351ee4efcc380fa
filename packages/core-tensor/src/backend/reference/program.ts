// What a program is: a graph turned into a list of steps over views, with all memory planned.
import type { Precision } from '../../host/host-array.ts'
import type { Node } from '../../trace/node.ts'
import { type Run, Scratch } from './kernel.ts'
import type { Memory, View } from './view.ts'

/** One thing to do. */
export interface Step {
  readonly node: Node
  /** Number of the node in its graph. */
  readonly number: number
  readonly run: Run
  readonly reads: readonly Memory[]
  readonly writes: readonly Memory[]
  /** Results, for the search for numbers that are not finite. */
  readonly results: readonly View[]
  /** Kernels that it starts. */
  readonly kernels: number
  /** Bytes that it keeps for itself. */
  readonly bytes: number
  /** Inputs that the result may overwrite, where nobody needs them any more. */
  readonly overwrites: readonly Memory[]
}

/** What all programs of an executable share. */
export interface ProgramSettings {
  readonly precision: Precision
  readonly debug: boolean
  readonly scratch: Scratch
  /** Steps of the scans that are running, outermost first, for messages. */
  readonly scanSteps: number[]
}

/** What a program is told about its graph's inputs. */
export interface InputOptions {
  /** Strides per input; contiguous where nothing is given. */
  readonly strides?: readonly (readonly number[] | undefined)[]
  /** Positions of inputs whose memory may hold outputs. */
  readonly donate?: readonly number[]
}

/** A graph ready to run: bind inputs and outputs, then run. */
export interface Program {
  readonly inputs: readonly Memory[]
  readonly outputs: readonly Memory[]
  readonly steps: readonly Step[]
  /** For each output: the position of the donated input whose memory it takes, if any. */
  readonly donors: readonly (number | undefined)[]
  /** Bytes of planned buffers, of those of scan bodies too; without scratch. */
  readonly bytes: number
  readonly buffers: number
  readonly kernels: number
  readonly run: Run
}

/** Fresh settings for one executable. */
export function makeSettings(precision: Precision, debug: boolean): ProgramSettings {
  return { precision, debug, scratch: new Scratch(precision), scanSteps: [] }
}
