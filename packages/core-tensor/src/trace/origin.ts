// Where nodes were built: recorded only while a debug trace runs, for a stack costs more than a node.

let recording = 0

/** Runs `trace` (synchronously) with origins recorded on each node that it builds. */
export function recordOrigins<Result>(trace: () => Result): Result {
  recording++
  try {
    return trace()
  } finally {
    recording--
  }
}

/** The present call stack while recording, else nothing. */
export function currentOrigin(): Error | undefined {
  return recording > 0 ? new Error('origin') : undefined
}

/** The first line of the stack outside this package: where the user's code built the node. */
export function describeOrigin(origin: Error | undefined): string | undefined {
  const lines = origin?.stack?.split('\n').slice(1) ?? []
  const outside = lines.find((line) => !/core-tensor[/\\](src|dist)[/\\](?!.*\.test\.)/.test(line))
  return (outside ?? lines.at(-1))?.trim().replace(/^at /, '')
}
