// The device: textures, programs and draws of one context, and what they cost.
import { allocate, BackendError, type DType, type HostData } from '@deep-recipe/core-tensor'
import type { GlContext } from './context.ts'
import { checkProgram, type GlLimits, linkProgram, probeLimits } from './limits.ts'

/** A texture with the framebuffer that draws into it. */
export interface DeviceTexture {
  readonly texture: WebGLTexture
  readonly framebuffer: WebGLFramebuffer
  readonly width: number
  readonly height: number
  readonly integer: boolean
}

/** Where an array lies: in the rows of a texture from `row` on. */
export interface TexturePlace {
  readonly texture: DeviceTexture
  readonly row: number
}

/** A uniform that says where the input of a texture unit lies, and what it holds. */
interface PlaceUniform {
  readonly unit: number
  readonly location: WebGLUniformLocation | null
  height: number
  row: number
}

/** A program, shared by all kernels with the same shader. */
export interface DeviceProgram {
  readonly source: string
  readonly program: WebGLProgram
  /** Uniforms that hold the step of a loop, with its depth. */
  readonly steps: { readonly depth: number; readonly location: WebGLUniformLocation | null }[]
  readonly places: PlaceUniform[]
  /** Uniform that holds the first row of a slice. */
  firstRow: WebGLUniformLocation | null
  users: number
  checked: boolean
}

/** A rectangle of full rows that a draw fills. */
export interface DrawRows {
  readonly first: number
  readonly count: number
}

/** Idle textures beyond this are freed at once. */
const idleLimit = 256 * 2 ** 20

/** Owns everything on one context. */
export class GlDevice {
  readonly context: GlContext
  readonly limits: GlLimits
  readonly #gl: WebGL2RenderingContext
  readonly #idle = new Map<string, DeviceTexture[]>()
  readonly #programs = new Map<string, DeviceProgram>()
  readonly #bound: (WebGLTexture | undefined)[] = []
  #current: DeviceProgram | undefined
  #textures = 0
  #bytes = 0
  #idleBytes = 0
  #lost = false
  #closed = false

  constructor(context: GlContext) {
    this.context = context
    this.#gl = context.gl
    this.limits = probeLimits(context)
    for (const capability of ['BLEND', 'DEPTH_TEST', 'SCISSOR_TEST', 'DITHER', 'CULL_FACE'] as const) {
      this.#gl.disable(this.#gl[capability])
    }
    this.#gl.pixelStorei(this.#gl.UNPACK_ALIGNMENT, 1)
    this.#gl.pixelStorei(this.#gl.PACK_ALIGNMENT, 1)
    context.onLost(() => {
      this.#lost = true
    })
  }

  /** Textures in use and their bytes, and bytes of textures kept for reuse. */
  get memory(): { textures: number; bytes: number; idleBytes: number } {
    return { textures: this.#textures, bytes: this.#bytes, idleBytes: this.#idleBytes }
  }

  /** Programs alive. */
  get programs(): number {
    return this.#programs.size
  }

  /** Throws a BackendError when the context is closed or lost. */
  check(): void {
    if (!this.#closed && !this.#lost && !this.#gl.isContextLost()) return
    throw new BackendError({
      what: 'gl backend',
      expected: 'a live WebGL2 context',
      received: this.#closed ? 'a closed one' : 'a lost one: the driver or the browser took it away',
      remedy: this.#closed ? 'Open a new backend.' : 'Open a new backend and load the last checkpoint.',
    })
  }

  /** A texture with undefined contents. */
  acquire(width: number, height: number, integer: boolean): DeviceTexture {
    const key = textureKey(width, height, integer)
    const idle = this.#idle.get(key)?.pop()
    if (idle) this.#idleBytes -= width * height * 16
    const texture = idle ?? this.#create(width, height, integer)
    this.#textures++
    this.#bytes += width * height * 16
    return texture
  }

  /** Gives a texture back, for reuse. */
  release(texture: DeviceTexture): void {
    if (this.#closed) return
    const { width, height, integer } = texture
    const bytes = width * height * 16
    this.#textures--
    this.#bytes -= bytes
    if (this.#idleBytes + bytes > idleLimit) {
      this.#destroy(texture)
      return
    }
    const key = textureKey(width, height, integer)
    const list = this.#idle.get(key)
    if (list) list.push(texture)
    else this.#idle.set(key, [texture])
    this.#idleBytes += bytes
  }

  /** Frees the textures that wait for reuse. */
  freeIdle(): void {
    for (const list of this.#idle.values()) for (const texture of list) this.#destroy(texture)
    this.#idle.clear()
    this.#idleBytes = 0
  }

  #create(width: number, height: number, integer: boolean): DeviceTexture {
    const gl = this.#gl
    this.check()
    while (gl.getError() !== gl.NO_ERROR) {
      // Older errors are not this texture's.
    }
    const texture = gl.createTexture()
    const framebuffer = gl.createFramebuffer()
    gl.activeTexture(gl.TEXTURE0)
    this.#bound[0] = undefined
    gl.bindTexture(gl.TEXTURE_2D, texture)
    gl.texStorage2D(gl.TEXTURE_2D, 1, integer ? gl.RGBA32I : gl.RGBA32F, width, height)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0)
    const error = gl.getError()
    if (texture && framebuffer && error === gl.NO_ERROR) return { texture, framebuffer, width, height, integer }
    gl.deleteTexture(texture)
    gl.deleteFramebuffer(framebuffer)
    if (this.#idleBytes > 0) {
      this.freeIdle()
      return this.#create(width, height, integer)
    }
    throw new BackendError({
      what: `A texture of ${width} × ${height} texels (${formatBytes(width * height * 16)})`,
      expected: 'room for it on the device',
      received: `error 0x${error.toString(16)} with ${formatBytes(this.#bytes)} in use`,
      remedy: 'Use smaller batches, or dispose of arrays that are no longer needed.',
    })
  }

  #destroy({ texture, framebuffer }: DeviceTexture): void {
    this.#gl.deleteFramebuffer(framebuffer)
    this.#gl.deleteTexture(texture)
    this.#bound.forEach((bound, unit) => {
      if (bound === texture) this.#bound[unit] = undefined
    })
  }

  /** Writes values in row-major order. */
  write(target: DeviceTexture, data: HostData): void {
    const gl = this.#gl
    const { width, height, integer, texture } = target
    const whole = integer ? fitInto(data, new Int32Array(0)) : fitInto(data, new Float32Array(0))
    gl.activeTexture(gl.TEXTURE0)
    this.#bound[0] = undefined
    gl.bindTexture(gl.TEXTURE_2D, texture)
    const format = integer ? gl.RGBA_INTEGER : gl.RGBA
    const type = integer ? gl.INT : gl.FLOAT
    const pixels = whole instanceof Int32Array ? this.context.viewIntegers(whole) : whole
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, format, type, pixels)

    function fitInto<A extends Int32Array | Float32Array>(values: HostData, empty: A): A {
      const size = width * height * 4
      if (values.constructor === empty.constructor && values.length === size) return values as A
      const copy = new (empty.constructor as new (length: number) => A)(size)
      copy.set(values)
      return copy
    }
  }

  /** Reads `size` values in row-major order, from `row` on; waits for everything that was drawn before. */
  read({ texture: source, row }: TexturePlace, size: number, dtype: DType): HostData {
    this.check()
    const gl = this.#gl
    const { width, integer } = source
    const height = Math.max(1, Math.ceil(size / (4 * width)))
    const whole = integer ? new Int32Array(width * height * 4) : new Float32Array(width * height * 4)
    gl.bindFramebuffer(gl.FRAMEBUFFER, source.framebuffer)
    gl.readPixels(0, row, width, height, integer ? gl.RGBA_INTEGER : gl.RGBA, integer ? gl.INT : gl.FLOAT, whole)
    this.check()
    if (dtype === 'bool') {
      const bools = allocate('bool', size)
      for (let i = 0; i < size; i++) bools[i] = whole[i] as number
      return bools
    }
    return whole.length === size ? whole : whole.slice(0, size)
  }

  /** Waits until everything drawn so far is done. */
  finish(): void {
    const gl = this.#gl
    const probe = this.acquire(1, 1, false)
    gl.bindFramebuffer(gl.FRAMEBUFFER, probe.framebuffer)
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, new Float32Array(4))
    this.release(probe)
  }

  /** Hands the commands to the driver. */
  flush(): void {
    this.#gl.flush()
  }

  /** The program of a shader; compiling may go on in the background until `checkPrograms`. */
  program(source: string): DeviceProgram {
    this.check()
    const known = this.#programs.get(source)
    if (known) {
      known.users++
      return known
    }
    const program = linkProgram(this.#gl, source)
    const made: DeviceProgram = { source, program, steps: [], places: [], firstRow: null, users: 1, checked: false }
    this.#programs.set(source, made)
    return made
  }

  /** Waits for programs and throws a BackendError when one failed. */
  checkPrograms(programs: Iterable<DeviceProgram>): void {
    const gl = this.#gl
    for (const made of programs) {
      if (made.checked) continue
      checkProgram(gl, made.program, made.source)
      made.checked = true
      this.#use(made)
      for (const [name] of made.source.matchAll(/(?<=^uniform .*)\b(?:t\d+|place\d+|step\d+|zero|firstRow)(?=;)/gm)) {
        const location = gl.getUniformLocation(made.program, name)
        if (name === 'zero') gl.uniform1f(location, 0)
        else if (name === 'firstRow') made.firstRow = location
        else if (name.startsWith('place'))
          made.places.push({ unit: Number(name.slice(5)), location, height: 0, row: 0 })
        else if (name.startsWith('step')) made.steps.push({ depth: Number(name.slice(4)), location })
        else gl.uniform1i(location, Number(name.slice(1)))
      }
    }
  }

  /** Gives a program back; it is freed with its last user. */
  releaseProgram(made: DeviceProgram): void {
    if (--made.users > 0 || this.#closed) return
    this.#programs.delete(made.source)
    this.#gl.deleteProgram(made.program)
    if (this.#current === made) this.#current = undefined
  }

  #use(made: DeviceProgram): void {
    if (this.#current === made) return
    this.#gl.useProgram(made.program)
    this.#current = made
  }

  /** Runs a program over rows of a texture. `steps[d]` is the step of the loop at depth d. */
  draw(
    made: DeviceProgram,
    inputs: readonly TexturePlace[],
    output: DeviceTexture,
    rows: DrawRows,
    steps: readonly number[],
  ): void {
    const gl = this.#gl
    this.#use(made)
    for (let unit = 0; unit < inputs.length; unit++) {
      const { texture } = (inputs[unit] as TexturePlace).texture
      if (this.#bound[unit] === texture) continue
      gl.activeTexture(gl.TEXTURE0 + unit)
      gl.bindTexture(gl.TEXTURE_2D, texture)
      this.#bound[unit] = texture
    }
    for (const place of made.places) {
      const { row, texture } = inputs[place.unit] as TexturePlace
      if (place.row === row && place.height === texture.height) continue
      place.row = row
      place.height = texture.height
      gl.uniform2f(place.location, 1 / texture.height, (row + 0.5) / texture.height)
    }
    for (const { depth, location } of made.steps) gl.uniform1i(location, steps[depth] ?? 0)
    if (made.firstRow) gl.uniform1i(made.firstRow, rows.first)
    gl.bindFramebuffer(gl.FRAMEBUFFER, output.framebuffer)
    gl.viewport(0, rows.first, output.width, rows.count)
    gl.drawArrays(gl.TRIANGLES, 0, 3)
  }

  /** Frees the context and everything on it. */
  close(): void {
    if (this.#closed) return
    this.freeIdle()
    for (const { program } of this.#programs.values()) this.#gl.deleteProgram(program)
    this.#programs.clear()
    this.#closed = true
    this.#textures = 0
    this.#bytes = 0
    this.context.destroy()
  }
}

function textureKey(width: number, height: number, integer: boolean): string {
  return `${width}x${height}${integer ? 'i' : ''}`
}

/** 1536 → `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit++
  }
  return `${Number(size.toFixed(size < 10 && unit > 0 ? 1 : 0))} ${units[unit]}`
}
