// What an opened WebGL2 context is to the rest of the package, wherever it came from.

/** How a context was made. */
export type ContextOrigin = 'canvas' | 'display' | 'vulkan' | 'xvfb'

/** A context with what is known of it. */
export interface GlContext {
  readonly gl: WebGL2RenderingContext
  readonly origin: ContextOrigin
  /** Driver or device as far as it can be found out. */
  readonly renderer: string
  /** Whether a GPU does the work; undefined when nothing tells. */
  readonly hardware: boolean | undefined
  /** The array to hand to texSubImage2D for integers: headless-gl takes bytes only. */
  readonly viewIntegers: (data: Int32Array) => ArrayBufferView
  /** Calls back when the context is lost from outside. */
  readonly onLost: (callback: () => void) => void
  /** Frees the context and whatever was started for it. */
  readonly destroy: () => void
}

/** Options of opening a backend. */
export interface OpenGlOptions {
  /** A canvas to draw on, in a browser. Default: an OffscreenCanvas, else a canvas that is not in the page. */
  readonly canvas?: OffscreenCanvas | HTMLCanvasElement
  /** In Node: the ways to try, in order. Default: display, vulkan, xvfb. */
  readonly origins?: readonly Exclude<ContextOrigin, 'canvas'>[]
  /** Ask a browser for the fast or the frugal GPU of two. */
  readonly powerPreference?: 'high-performance' | 'low-power'
}
