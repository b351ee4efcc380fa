// Where nodes were built: recorded only while a debug trace runs, for a stack costs more than a node.

const plain = 'origin'
let recording = 0
let inherited: Error | undefined

/** Runs `trace` (synchronously) with origins recorded on each node that it builds. */
export function recordOrigins<Result>(trace: () => Result): Result {
  recording++
  try {
    return trace()
  } finally {
    recording--
  }
}

/** Runs `build` with its nodes said to be built where `origin` was, for a reason such as `the gradient of log`. */
export function inheritOrigin<Result>(origin: Error | undefined, reason: string, build: () => Result): Result {
  if (!origin || recording === 0) return build()
  const outer = inherited
  const reasons = origin.message === plain ? '' : origin.message
  inherited = new Error(`${reasons}, in ${reason}`, { cause: origin.cause ?? origin })
  try {
    return build()
  } finally {
    inherited = outer
  }
}

/** The present call stack while recording, else nothing. */
export function currentOrigin(): Error | undefined {
  if (recording === 0) return undefined
  if (inherited) return inherited
  // The ten frames that engines keep by default may all be this package's.
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 100
  const origin = new Error(plain)
  Error.stackTraceLimit = limit
  return origin
}

/** The first line of the stack outside this package: where the user's code built the node. */
export function describeOrigin(origin: Error | undefined): string | undefined {
  const built = origin?.cause instanceof Error ? origin.cause : origin
  const lines = built?.stack?.split('\n').slice(1) ?? []
  const outside = lines.find((line) => !/core-tensor[/\\](src|dist)[/\\](?!.*\.test\.)/.test(line))
  const line = (outside ?? lines.at(-1))?.trim().replace(/^at /, '')
  return line === undefined || origin?.message === plain ? line : `${line}${origin?.message}`
}
