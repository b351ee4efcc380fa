// Opening a context in a browser: on an OffscreenCanvas or a canvas of the page.
import { BackendError } from '@deep-recipe/core-tensor'
import type { GlContext, OpenGlOptions } from './context.ts'

const softwareRenderers = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i

/** A context of the browser. Throws a BackendError where WebGL2 is missing or blocked. */
export function openBrowserContext(options: OpenGlOptions = {}): GlContext {
  const canvas = options.canvas ?? makeCanvas()
  const attributes = {
    alpha: false,
    antialias: false,
    depth: false,
    stencil: false,
    powerPreference: options.powerPreference ?? 'high-performance',
  }
  const gl = canvas.getContext('webgl2', attributes) as WebGL2RenderingContext | null
  if (!gl) {
    throw new BackendError({
      what: 'openGl',
      expected: 'a browser with WebGL2',
      received: 'no context',
      remedy: 'Turn hardware acceleration on, update the browser, or use another backend.',
    })
  }
  const info = gl.getExtension('WEBGL_debug_renderer_info')
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
  return {
    gl,
    origin: 'canvas',
    renderer,
    hardware: info ? !softwareRenderers.test(renderer) : undefined,
    viewIntegers: (data) => data,
    onLost: (callback) => canvas.addEventListener('webglcontextlost', callback, { once: true }),
    destroy: () => gl.getExtension('WEBGL_lose_context')?.loseContext(),
  }
}

function makeCanvas(): OffscreenCanvas | HTMLCanvasElement {
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(1, 1)
  if (typeof document === 'object') return document.createElement('canvas')
  throw new BackendError({
    what: 'openGl',
    expected: 'a browser, or Node with the package `gl`',
    received: 'neither a canvas nor Node',
    remedy: 'In Node, import this package without the `browser` condition.',
  })
}
