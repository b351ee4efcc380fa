// The parameters of a decoder: which there are, and how they begin.
import { RecipeError, splitKey, type Tensor, ValueError, zeros } from '@deep-recipe/core-tensor'
import { glorotUniform, type Params, type TensorRecord, uniformInitializer } from '@deep-recipe/layers-core'
import type { DecoderBegin, DecoderOptions, SourceWidths } from './options.ts'

/** A weight and a bias. */
export type LinearParams = { readonly weight: Tensor; readonly bias: Tensor }

/** The parameters of a decoder. */
export type DecoderParams = {
  /** A vector for each symbol, [symbols, embedding]. */
  readonly embedding: { readonly table: Tensor }
  readonly cell: TensorRecord
  readonly attention?: TensorRecord
  /** The gate of what is read: [units] → 1. */
  readonly gate?: LinearParams
  /** For each part of the first state: [width] → [units]. */
  readonly begin?: { readonly [part: string]: LinearParams }
  /** From state and context to the features of the output layer. */
  readonly readout?: LinearParams
  /** The output layer. With tied weights it has a bias alone. */
  readonly output: { readonly weight?: Tensor; readonly bias: Tensor }
}

/** The options with their defaults, and the widths that follow from them. */
export interface DecoderPlan {
  readonly options: DecoderOptions
  readonly embedding: number
  readonly units: number
  readonly begin: DecoderBegin
  readonly feeds: boolean
  /** Whether attention stands inside the loop over time. */
  readonly asksBefore: boolean
  /** Features of the output layer. */
  readonly features: number
  /** Whether these are made from state and context; else they are the state. */
  readonly readsOut: boolean
}

/** Fills in defaults. Throws a ValueError for options that contradict each other. */
export function planDecoder(options: DecoderOptions): DecoderPlan {
  const { cell, attention, attend = 'before', inputFeeding = false, tieWeights = false } = options
  const embedding = options.embedding ?? cell.units
  const begin = options.begin ?? (attention ? 'mean' : 'summary')
  const contradict = (expected: string, received: string, remedy: string): never => {
    throw new ValueError({ what: 'sequenceDecoder', expected, received, remedy })
  }
  if (inputFeeding && (!attention || attend === 'before')) {
    contradict(
      "input feeding with { attention, attend: 'after' }",
      'it alone',
      'Leave it out, or attend after the step.',
    )
  }
  if (!attention && (options.gate || options.reading || options.attend)) {
    contradict('attention for gate, reading and attend', 'none', 'Give { attention: additiveAttention(units) }.')
  }
  const features = tieWeights ? embedding : cell.units
  return {
    options,
    embedding,
    units: cell.units,
    begin,
    feeds: inputFeeding,
    asksBefore: attention !== undefined && attend === 'before',
    features,
    readsOut: attention !== undefined || features !== cell.units,
  }
}

/** Draws the first parameters. */
export function initDecoder(plan: DecoderPlan, key: Tensor, widths: SourceWidths): DecoderParams {
  const { options, embedding, units, features } = plan
  const { cell, attention, symbols } = options
  const [tableKey, cellKey, attentionKey, gateKey, beginKey, readoutKey, outputKey] = splitKey(key, 7)
  const memory = attention ? widthOf('memory', widths.memory) : 0
  const read = plan.asksBefore ? memory : plan.feeds ? features : 0
  const draw = options.embeddingInitializer ?? uniformInitializer()
  return {
    embedding: { table: draw(tableKey, [symbols, embedding], { fanIn: symbols, fanOut: embedding }) },
    cell: cell.init(cellKey, embedding + read),
    ...(attention && { attention: attention.init(attentionKey, { query: units, memory }) }),
    ...(options.gate && { gate: initLinear(gateKey, units, 1) }),
    ...initBegin(plan, beginKey, widths),
    ...(plan.readsOut && {
      readout: initLinear(readoutKey, units + memory + (plan.asksBefore ? embedding : 0), features),
    }),
    output: options.tieWeights ? { bias: zeros([symbols]) } : initLinear(outputKey, features, symbols),
  }
}

function initBegin({ begin, options }: DecoderPlan, key: Tensor, widths: SourceWidths): Pick<DecoderParams, 'begin'> {
  if (begin === 'state' || begin === 'zero') return {}
  const width = begin === 'mean' ? widthOf('memory', widths.memory) : widthOf('summary', widths.summary)
  const { stateNames, units } = options.cell
  const keys = splitKey(key, stateNames.length as number)
  const parts = stateNames.map((name, i) => [name, initLinear(keys[i] as Tensor, width, units)] as const)
  return { begin: Object.fromEntries(parts) }
}

function initLinear(key: Tensor, inputs: number, outputs: number): LinearParams {
  const fans = { fanIn: inputs, fanOut: outputs }
  return { weight: glorotUniform(key, [inputs, outputs], fans), bias: zeros([outputs]) }
}

function widthOf(what: 'memory' | 'summary', width: number | undefined): number {
  if (width !== undefined) return width
  throw new RecipeError({
    what: 'sequenceDecoder: init',
    expected: `the width of the ${what}`,
    received: 'none',
    remedy: `Pass { ${what}: features }.`,
  })
}

/** The parameters as what they are: layers hand them around as trees of any form. */
export function readParams(params: Params): DecoderParams {
  return params as unknown as DecoderParams
}
