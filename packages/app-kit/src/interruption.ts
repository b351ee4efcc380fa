// Ctrl-C: the first asks the command to stop, so that it can save; the second ends the program at once.

/** A signal that a command can watch, and what came. */
export interface Interruption {
  readonly signal: AbortSignal
  /** The exit code that belongs to what came: 130 for Ctrl-C, 143 for a request to terminate. */
  readonly exitCode: number
  /** Stops listening. */
  dispose(): void
}

/** Listens. `onFirst` tells the user, `onSecond` tidies the screen before the end. */
export function listenForInterruption(onFirst: (isKeyboard: boolean) => void, onSecond: () => void): Interruption {
  const controller = new AbortController()
  let exitCode = 0
  const listen = (code: number) => (): void => {
    if (controller.signal.aborted) {
      onSecond()
      process.exit(code)
    }
    exitCode = code
    onFirst(code === 130)
    controller.abort()
  }
  const onInterrupt = listen(130)
  const onTerminate = listen(143)
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  return {
    signal: controller.signal,
    get exitCode(): number {
      return exitCode
    },
    dispose(): void {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
    },
  }
}
