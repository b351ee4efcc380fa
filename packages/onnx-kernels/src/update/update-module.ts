// Arithmetic number by number as a WebAssembly module: one loop over pieces that stay in the cache, four numbers at a time.
// The instructions round as ONNX Runtime's operators do (IEEE 754, float32), so results are the same to the last bit.
import { encodeModule, signed, unsigned, vector, vectorConst } from '../wasm/encode.ts'

/** Vector instructions for operations on one value, by their codes in the WebAssembly specification. */
export const unaryCodes = { abs: 224, neg: 225, sqrt: 227 } as const
/** For operations on two. */
export const binaryCodes = { add: 228, sub: 229, mul: 230, div: 231, min: 232, max: 233 } as const

/** How one value is made; operands are numbers of instructions before. */
export type Instruction =
  | { readonly array: number }
  | { readonly scalar: number }
  | { readonly constant: number }
  | { readonly operation: keyof typeof unaryCodes | keyof typeof binaryCodes; readonly operands: readonly number[] }

/** Numbers of each array that are worked on at once. */
export const pieceLength = 4096

/** A loop with memory for one piece of each array, then of each result. */
export interface UpdateModule {
  readonly memory: Float32Array
  /** Computes the results of the first `bytes / 4` numbers, rounded up to four. */
  readonly run: (bytes: number, ...scalars: number[]) => void
}

const slotBytes = 4 * pieceLength
const get = (local: number): number[] => [0x20, ...unsigned(local)]
const set = (local: number): number[] => [0x21, ...unsigned(local)]

/** The bytes of the module. Equal arithmetic gives equal bytes. */
export function assembleUpdate(
  arrays: number,
  scalars: number,
  instructions: readonly Instruction[],
  results: readonly number[],
): Uint8Array<ArrayBuffer> {
  // Locals: the end, the single numbers, the place in memory, then a vector for each instruction.
  const place = 1 + scalars
  const vectorOf = (instruction: number): number => place + 1 + instruction
  const compute = (instruction: Instruction): number[] => {
    if ('array' in instruction) return [...get(place), ...vector(0), 4, ...unsigned(instruction.array * slotBytes)]
    if ('scalar' in instruction) return [...get(1 + instruction.scalar), ...vector(19)]
    if ('constant' in instruction) return vectorConst(new Float32Array(4).fill(instruction.constant))
    const codes: Readonly<Record<string, number>> = { ...unaryCodes, ...binaryCodes }
    const operands = instruction.operands.flatMap((operand) => get(vectorOf(operand)))
    return [...operands, ...vector(codes[instruction.operation] as number)]
  }
  // What is the same everywhere is made before the loop.
  const isFixed = (instruction: Instruction): boolean => 'scalar' in instruction || 'constant' in instruction
  const write = (fixed: boolean): number[] =>
    instructions.flatMap((instruction, i) =>
      isFixed(instruction) === fixed ? [...compute(instruction), ...set(vectorOf(i))] : [],
    )
  const stores = results.flatMap((result, i) => [
    ...[...get(place), ...get(vectorOf(result))],
    ...[...vector(11), 4, ...unsigned((arrays + i) * slotBytes)],
  ])
  const body = [
    ...[2, 1, 0x7f, ...unsigned(instructions.length), 0x7b],
    ...write(true),
    ...[0x03, 0x40], // loop
    ...write(false),
    ...stores,
    ...[...get(place), 0x41, ...signed(16), 0x6a, ...set(place)], // place += 16
    ...[...get(place), ...get(0), 0x49, 0x0d, 0], // back to the loop while place < end
    ...[0x0b, 0x0b],
  ]
  return encodeModule({
    parameters: [0x7f, ...new Array<number>(scalars).fill(0x7d)],
    pages: Math.ceil(((arrays + results.length) * slotBytes) / 65536),
    functions: { run: body },
  })
}

/** Compiles the module. */
export function makeUpdateModule(bytes: Uint8Array<ArrayBuffer>): UpdateModule {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  const { memory, run } = exports as unknown as { memory: WebAssembly.Memory; run: UpdateModule['run'] }
  return { memory: new Float32Array(memory.buffer), run }
}
