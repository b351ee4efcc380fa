// Limits of a context, found by trying: what the documentation promises is not always what a driver does.
import { BackendError } from '@deep-recipe/core-tensor'
import type { GlContext } from './context.ts'

/** What the planner and the shaders may rely on. */
export interface GlLimits {
  /** Largest width and height of a texture. */
  readonly maxTextureSize: number
  /** Textures that one shader may read. */
  readonly textureUnits: number
  /** Whether derivatives of a 2×2 quad are exact differences of its fragments. */
  readonly quadDerivatives: boolean
  /** Whether a side of a branch that no fragment nearby takes costs nothing. Software computes both and drops one. */
  readonly skipsBranches: boolean
}

const vertexShader = `#version 300 es
void main() {
  gl_Position = vec4(float((gl_VertexID & 1) * 4 - 1), float((gl_VertexID >> 1) * 4 - 1), 0.0, 1.0);
}`

/** Compiles the one vertex shader, a triangle that covers everything, with a fragment shader. */
export function linkProgram(gl: WebGL2RenderingContext, fragmentShader: string): WebGLProgram {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexShader],
    [gl.FRAGMENT_SHADER, fragmentShader],
  ] as const) {
    const shader = gl.createShader(type)
    if (!shader) continue
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
    // Freed together with the program.
    gl.deleteShader(shader)
  }
  gl.linkProgram(program)
  return program
}

/** Throws a BackendError with the compiler's words when a program did not link. */
export function checkProgram(gl: WebGL2RenderingContext, program: WebGLProgram, fragmentShader: string): void {
  if (gl.getProgramParameter(program, gl.LINK_STATUS)) return
  const shader = gl.createShader(gl.FRAGMENT_SHADER)
  let log = gl.getProgramInfoLog(program) ?? ''
  if (shader) {
    gl.shaderSource(shader, fragmentShader)
    gl.compileShader(shader)
    log += gl.getShaderInfoLog(shader) ?? ''
    gl.deleteShader(shader)
  }
  throw new BackendError({
    what: 'Compiling a shader',
    expected: 'a program that links',
    received: log.trim() || 'no message',
    remedy: 'This is a fault of this package or of the driver: please report it with the output of the doctor.',
  })
}

/** Finds the limits. Throws a BackendError when the context cannot render and read floats and integers exactly. */
export function probeLimits(context: GlContext): GlLimits {
  const { gl } = context
  if (!gl.getExtension('EXT_color_buffer_float')) {
    throw unusable('the extension EXT_color_buffer_float', 'a context without it')
  }
  const floats = runProbe(context, false, 'result = vec4(0.1, -2.25, 1e30, gl_FragCoord.x);')
  const wanted = Float32Array.of(0.1, -2.25, 1e30, 0.5)
  if (!wanted.every((number, i) => number === floats[i])) {
    throw unusable('floats to be rendered exactly', floats.slice(0, 4).join(', '))
  }
  const integers = runProbe(context, true, 'result = ivec4(-2147483647 - 1, 16777217, -1, int(gl_FragCoord.y));')
  if (![-(2 ** 31), 2 ** 24 + 1, -1, 0].every((number, i) => number === integers[i])) {
    throw unusable('integers to be rendered exactly', integers.slice(0, 4).join(', '))
  }
  return {
    maxTextureSize: gl.getParameter(gl.MAX_TEXTURE_SIZE) as number,
    textureUnits: Math.min(32, gl.getParameter(gl.MAX_TEXTURE_IMAGE_UNITS) as number),
    quadDerivatives: probeDerivatives(context),
    skipsBranches: context.hardware !== false,
  }
}

/** Every fragment must get the exact sum over its quad, also where the image ends in the middle of one. */
function probeDerivatives(context: GlContext): boolean {
  const sums = runProbe(
    context,
    false,
    `int x = int(gl_FragCoord.x); int y = int(gl_FragCoord.y);
    float value = float(1 << ((y & 1) * 2 + (x & 1))) + float((x >> 1) * 16 + (y >> 1) * 32) + 0.0000001 * float(x);
    float sum = dFdy(((y & 1) == 0 ? -1.0 : 1.0) * dFdx(((x & 1) == 0 ? -1.0 : 1.0) * floor(value)));
    result = vec4(sum);`,
  )
  for (let y = 0; y < probeSize; y++) {
    for (let x = 0; x < probeSize; x++) {
      if (sums[(y * probeSize + x) * 4] !== 15 + 4 * ((x >> 1) * 16 + (y >> 1) * 32)) return false
    }
  }
  return true
}

const probeSize = 5

function runProbe({ gl }: GlContext, integer: boolean, body: string): Float32Array | Int32Array {
  const source = `#version 300 es
precision highp float;
precision highp int;
out highp ${integer ? 'ivec4' : 'vec4'} result;
void main() { ${body} }`
  const program = linkProgram(gl, source)
  checkProgram(gl, program, source)
  const texture = gl.createTexture()
  const framebuffer = gl.createFramebuffer()
  gl.bindTexture(gl.TEXTURE_2D, texture)
  gl.texStorage2D(gl.TEXTURE_2D, 1, integer ? gl.RGBA32I : gl.RGBA32F, probeSize, probeSize)
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0)
  gl.viewport(0, 0, probeSize, probeSize)
  gl.useProgram(program)
  gl.drawArrays(gl.TRIANGLES, 0, 3)
  const size = probeSize * probeSize * 4
  const data = integer ? new Int32Array(size) : new Float32Array(size)
  gl.readPixels(0, 0, probeSize, probeSize, integer ? gl.RGBA_INTEGER : gl.RGBA, integer ? gl.INT : gl.FLOAT, data)
  gl.deleteFramebuffer(framebuffer)
  gl.deleteTexture(texture)
  gl.deleteProgram(program)
  return data
}

function unusable(expected: string, received: string): BackendError {
  return new BackendError({
    what: 'openGl',
    expected,
    received,
    remedy: 'Update the graphics driver, or use another backend.',
  })
}
