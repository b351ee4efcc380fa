// The contract of a backend: what compiles graphs, holds arrays, and runs.

import type { NdArray } from 'ndarray'
import type { HostArray, HostData, NestedArray } from '../host/host-array.ts'
import type { Graph } from '../trace/node.ts'
import type { DType, Shape } from '../trace/types.ts'

/** A machine that runs graphs. Made by its package's `open…` function; nothing registers itself. */
export interface Backend {
  /** For people, e.g. `reference` or `onnx`. */
  readonly name: string
  /** One line: device, threads, driver. */
  readonly description: string
  /** What this backend keeps at the moment. */
  memory(): MemoryUse
  /** Readies a graph (already simplified by `optimizeGraph`) for running. */
  compile(graph: Graph, options?: BackendCompileOptions): Promise<Executable>
  /** Puts a value onto the device. */
  upload(value: HostArray): DeviceArray
  /** Frees everything. Later calls throw a BackendError. */
  close(): void
}

/** Live arrays and buffers, and their size. Returns to where it began when everything is disposed. */
export interface MemoryUse {
  readonly buffers: number
  readonly bytes: number
}

/** Options that a backend must honour. */
export interface BackendCompileOptions {
  /**
   * Positions of graph inputs whose arrays the run may consume: they are disposed by it, and their memory may
   * hold outputs. After a run that failed, each is either as it was or disposed.
   */
  readonly donate?: readonly number[]
  /** Stop with a NonFiniteError at the first node whose value is NaN or infinite. */
  readonly debug?: boolean
}

/** A graph made ready for one backend. */
export interface Executable {
  readonly stats: ExecutableStats
  /**
   * Runs once. Input arrays must be of this backend and of the graph's types (checked); outputs are new arrays that
   * the caller owns.
   */
  run(inputs: readonly DeviceArray[]): Promise<DeviceArray[]>
  /** Frees programs and intermediate buffers. */
  dispose(): void
}

/** What an executable is made of. */
export interface ExecutableStats {
  /** Kernels started per run (a scan counts its body's kernels once per step). */
  readonly kernels: number
  /** Distinct programs among them. */
  readonly programs: number
  /** Bytes of intermediate buffers. */
  readonly bytes: number
  readonly compileMilliseconds: number
}

/** A value that lives on a backend. */
export interface DeviceArray {
  readonly shape: Shape
  readonly dtype: DType
  readonly backend: Backend
  /** The numbers, row-major. The caller may keep but should not change them. */
  data(): Promise<HostData>
  /** The value as a host array. */
  host(): Promise<HostArray>
  ndarray(): Promise<NdArray<HostData>>
  /** Nested arrays; a scalar gives a number. */
  array(): Promise<NestedArray>
  /** The number of an array with one element (bool: 0 or 1). Throws a ShapeError for any other. */
  item(): Promise<number>
  /** Frees it now. Optional for the user: a dropped array is freed by the garbage collector. */
  dispose(): void
  readonly disposed: boolean
}
