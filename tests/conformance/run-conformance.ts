// The conformance suite of a backend: every primitive, its gradients, random graphs, and the contract, in one call.
import {
  type Backend,
  type Graph,
  type HostArray,
  optimizeGraph,
  printGraph,
  runGraphOnHost,
} from '@deep-recipe/core-tensor'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConformanceCase, Sample } from './case.ts'
import { conformanceCases } from './cases/all-cases.ts'
import { describeDifference, largestDistance } from './compare.ts'
import { defineContractTests } from './contract.ts'
import { differentiate, gradientCases } from './gradient-cases.ts'
import { exposeNodes, generateGraph } from './random-graph.ts'
import { type OperationClass, toleranceOf } from './tolerances.ts'

/** What to run. */
export interface ConformanceOptions {
  /** Number of random graphs; they have the seeds `firstSeed`, `firstSeed` + 1, … Default 100. */
  readonly randomGraphs?: number
  /** Default 1. */
  readonly firstSeed?: number
  /** Cases (by full name) that this backend is known to fail, each with the reason. They are reported as skipped. */
  readonly deviations?: Readonly<Record<string, string>>
}

/** Runs a graph once on a backend, and frees everything again. */
export async function runOnBackend(backend: Backend, graph: Graph, inputs: readonly HostArray[]): Promise<HostArray[]> {
  const executable = await backend.compile(graph)
  const arrays = inputs.map((input) => backend.upload(input))
  try {
    const outputs = await executable.run(arrays)
    arrays.push(...outputs)
    return await Promise.all(outputs.map((output) => output.host()))
  } finally {
    for (const array of arrays) array.dispose()
    executable.dispose()
  }
}

/** Defines the tests that compare a backend with the reference. Call it at the top level of a test file. */
export function runConformance(
  openBackend: () => Promise<Backend>,
  name: string,
  options: ConformanceOptions = {},
): void {
  const { randomGraphs = 100, firstSeed = 1, deviations = {} } = options
  describe(`conformance of ${name}`, () => {
    let backend: Backend
    let before: ReturnType<Backend['memory']>
    beforeAll(async () => {
      backend = await openBackend()
      before = backend.memory()
    })
    afterAll(() => backend?.close())

    const check = (conformanceCase: ConformanceCase): void => {
      const reason = deviations[conformanceCase.name]
      if (reason !== undefined) {
        test.skip(`${conformanceCase.name} (${reason})`, () => {})
        return
      }
      test(conformanceCase.name, () => compareCase(backend, name, conformanceCase))
    }
    for (const [primitive, cases] of Object.entries(conformanceCases)) {
      describe(primitive, () => cases.forEach(check))
      const gradients = gradientCases(cases)
      if (gradients.length > 0) describe(`gradient of ${primitive}`, () => gradients.forEach(check))
    }
    describe('random graphs', () => {
      for (let seed = firstSeed; seed < firstSeed + randomGraphs; seed++) {
        test(`seed ${seed}`, () => compareRandomGraph(backend, name, seed))
      }
    })
    test('all memory was given back', () => expect(backend.memory()).toEqual(before))
    defineContractTests(() => backend, openBackend)
  })
}

async function compareCase(backend: Backend, name: string, conformanceCase: ConformanceCase): Promise<void> {
  const { operationClass, signedZeros } = conformanceCase
  const { graph, inputs } = conformanceCase.build()
  const expected = runGraphOnHost(graph, inputs, { precision: 'double' })
  const received = await runOnBackend(backend, graph, inputs)
  const tolerance = toleranceOf(name, operationClass)
  const differences = expected.map((value, position) =>
    describeDifference(value, received[position] as HostArray, { tolerance, signedZeros }),
  )
  failOn(differences, graph)
}

/** As it is, simplified, or differentiated, in turn. */
function prepareRandomGraph(seed: number): Sample {
  const sample = generateGraph(seed)
  if (seed % 3 === 0) return sample
  if (seed % 3 === 1) return { ...sample, graph: optimizeGraph(sample.graph) }
  const isFloat = ({ dtype }: { readonly dtype: string }): boolean => dtype === 'float32'
  return sample.graph.inputs.some(isFloat) && sample.graph.outputs.some(isFloat) ? differentiate(sample) : sample
}

async function compareRandomGraph(backend: Backend, name: string, seed: number): Promise<void> {
  const { graph, inputs } = prepareRandomGraph(seed)
  const differences = await compareWithBothPrecisions(backend, name, graph, inputs)
  if (differences.every((difference) => difference === undefined)) return
  const exposed = exposeNodes(graph)
  const inside = await compareWithBothPrecisions(backend, name, exposed, inputs)
  const first = inside.findIndex((difference) => difference !== undefined)
  const node = exposed.outputs[first]
  const place = node
    ? `first wrong inside: node ${graph.nodes.indexOf(node)} (${node.operation}): ${inside[first]}`
    : 'every node is right when all of them are outputs: look at what was fused'
  failOn([`random graph with seed ${seed}; ${place}`, ...differences], graph)
}

/** Random graphs may magnify errors: what single precision costs the reference itself is allowed several times over. */
async function compareWithBothPrecisions(
  backend: Backend,
  name: string,
  graph: Graph,
  inputs: readonly HostArray[],
): Promise<(string | undefined)[]> {
  const expected = runGraphOnHost(graph, inputs, { precision: 'double' })
  const single = runGraphOnHost(graph, inputs)
  const received = await runOnBackend(backend, graph, inputs)
  const operationClass: OperationClass = 'composition'
  return expected.map((value, position) =>
    describeDifference(value, received[position] as HostArray, {
      tolerance: toleranceOf(name, operationClass),
      signedZeros: false,
      slack: 16 * largestDistance(value, single[position] as HostArray),
    }),
  )
}

function failOn(differences: readonly (string | undefined)[], graph: Graph): void {
  const found = differences.filter((difference) => difference !== undefined)
  if (found.length > 0) expect.fail(`${found.join('\n')}\n${printGraph(graph)}`)
}
