// Opening a context in Node through headless-gl: on a display, on Vulkan without any X server, or on an Xvfb of our own.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BackendError } from '@deep-recipe/core-tensor'
import type { ContextOrigin, GlContext, OpenGlOptions } from './context.ts'

type NodeOrigin = Exclude<ContextOrigin, 'canvas'>

type HeadlessContext = WebGL2RenderingContext

type CreateContext = (
  width: number,
  height: number,
  options: { readonly createWebGL2Context: true },
) => HeadlessContext | null

/** An attempt that failed, in words. */
interface Failure {
  readonly origin: NodeOrigin
  readonly reason: string
}

const vulkanLoaders = ['x86_64-linux-gnu/', 'aarch64-linux-gnu/', '', '../lib64/'].map(
  (folder) => `/usr/lib/${folder}libvulkan.so.1`,
)

/** Where the package `gl` lies, and how to load it. */
interface HeadlessPackage {
  readonly folder: string
  readonly create: CreateContext
}

/** A context through headless-gl. Throws a BackendError that says what was tried and what to install. */
export async function openNodeContext(options: OpenGlOptions = {}): Promise<GlContext> {
  const headless = loadHeadless()
  const failures: Failure[] = []
  for (const origin of options.origins ?? ['display', 'vulkan', 'xvfb']) {
    const result = await attempt(headless, origin)
    if (typeof result !== 'string') return result
    failures.push({ origin, reason: result })
  }
  throw new BackendError({
    what: 'openGl',
    expected: 'a WebGL2 context from the package `gl`',
    received: failures.map(({ origin, reason }) => `${origin}: ${reason}`).join('; '),
    remedy: `Install a software renderer with \`${installCommand}\`, or a GPU driver with Vulkan, or set DISPLAY.`,
  })
}

/** What makes headless GL work on Debian and its relatives. */
export const installCommand: string = 'sudo apt-get install libx11-6 libxext6 libdrm2 libvulkan1 mesa-vulkan-drivers'

function loadHeadless(): HeadlessPackage {
  const require = createRequire(import.meta.url)
  try {
    const folder = join(dirname(require.resolve('gl/package.json')), 'build', 'Release')
    const missing = process.platform === 'linux' ? findMissingLibrary(join(folder, 'libGLESv2.so')) : undefined
    if (missing) {
      throw new BackendError({
        what: 'openGl',
        expected: 'the libraries that ANGLE needs',
        received: `no ${missing}`,
        remedy: `Install it with \`${installCommand}\`.`,
      })
    }
    return { folder, create: require('gl') as CreateContext }
  } catch (cause) {
    if (cause instanceof BackendError) throw cause
    throw new BackendError(
      {
        what: 'openGl',
        expected: 'the optional package `gl` 9.0.0-rc.10, built for this Node',
        received: (cause as Error).message.split('\n')[0] ?? 'an error',
        remedy: 'Run `npm install gl@9.0.0-rc.10` (it needs python3, make and g++), or `npm rebuild gl`.',
      },
      { cause },
    )
  }
}

/** Loading ANGLE with a library missing would end the process instead of throwing: this tries it first. */
function findMissingLibrary(angle: string): string | undefined {
  try {
    process.dlopen({ exports: {} }, angle)
  } catch (error) {
    return /^(\S+): cannot open shared object file/.exec((error as Error).message)?.[1]
  }
  return undefined
}

async function attempt(headless: HeadlessPackage, origin: NodeOrigin): Promise<GlContext | string> {
  if (origin === 'vulkan') return openVulkan(headless)
  if (origin === 'xvfb') return openXvfb(headless)
  if (process.platform === 'linux' && !process.env.DISPLAY) return 'DISPLAY is not set'
  return open(headless, 'display', {}, () => {})
}

function openVulkan(headless: HeadlessPackage): GlContext | string {
  if (process.platform !== 'linux') return 'used on Linux only'
  const link = join(headless.folder, 'libvulkan.so.1')
  if (!existsSync(link)) {
    // ANGLE looks for the Vulkan loader beside itself and nowhere else.
    const loader = vulkanLoaders.find((path) => existsSync(path))
    if (!loader) return 'libvulkan.so.1 is not installed'
    try {
      symlinkSync(loader, link)
    } catch (error) {
      if (!existsSync(link))
        return `could not link the Vulkan loader into ${headless.folder}: ${(error as Error).message}`
    }
  }
  const environment: Record<string, string> = { ANGLE_DEFAULT_PLATFORM: 'vulkan' }
  const { ANGLE_FEATURE_OVERRIDES_DISABLED: chosen } = process.env
  if (chosen === undefined && !hasGraphicsCard()) environment.ANGLE_FEATURE_OVERRIDES_DISABLED = needlessInSoftware
  return open(headless, 'vulkan', environment, () => {})
}

/**
 * ANGLE links a program from parts, and compiles it again as a whole while it is already drawing with it. In software
 * that is no faster afterwards, and makes each of the first dozen training steps several times as long.
 */
const needlessInSoftware = 'preferMonolithicPipelinesOverLibraries'

/** Whether there is a device that a Vulkan driver could draw on. */
function hasGraphicsCard(): boolean {
  return ['/dev/dri', '/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path))
}

async function openXvfb(headless: HeadlessPackage): Promise<GlContext | string> {
  if (process.platform !== 'linux') return 'used on Linux only'
  const started = await startXvfb()
  if (typeof started === 'string') return started
  const stop = (): void => {
    process.off('exit', stop)
    started.process.kill()
  }
  process.once('exit', stop)
  const context = open(headless, 'xvfb', { DISPLAY: started.display }, stop)
  if (typeof context === 'string') stop()
  return context
}

/** Starts an X server without a screen; it chooses a free display number itself and writes it to the pipe. */
function startXvfb(): Promise<{ process: ChildProcess; display: string } | string> {
  return new Promise((resolve) => {
    const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '16x16x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const giveUp = setTimeout(() => {
      server.kill()
      resolve('Xvfb did not start within 10 seconds')
    }, 10_000)
    const finish = (result: { process: ChildProcess; display: string } | string): void => {
      clearTimeout(giveUp)
      resolve(result)
    }
    server.once('error', () => finish('Xvfb is not installed'))
    server.once('exit', (code) => finish(`Xvfb ended at once with code ${code}`))
    server.stdio[3]?.once('data', (data: Buffer) => {
      server.unref()
      finish({ process: server, display: `:${String(data).trim()}` })
    })
  })
}

/** Makes the context with some environment variables set for as long as it takes. */
function open(
  headless: HeadlessPackage,
  origin: NodeOrigin,
  environment: Readonly<Record<string, string>>,
  stop: () => void,
): GlContext | string {
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, environment)
  try {
    const gl = headless.create(1, 1, { createWebGL2Context: true })
    if (!gl) return 'no context could be made (no driver, or a worker thread whose environment is a copy)'
    if (typeof gl.texStorage2D !== 'function') return 'this version of `gl` has no WebGL2'
    return describe(gl, origin, stop)
  } catch (error) {
    return (error as Error).message
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

function describe(gl: HeadlessContext, origin: NodeOrigin, stop: () => void): GlContext {
  const { driver, hardware } = findDriver()
  return {
    gl,
    origin,
    renderer: `${driver} through ANGLE`,
    hardware,
    viewIntegers: (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    onLost: () => {},
    destroy: () => {
      const extension = gl.getExtension('STACKGL_destroy_context') as { destroy(): void } | null
      extension?.destroy()
      stop()
    },
  }
}

/**
 * headless-gl does not say who renders. On Linux the process itself tells: a GPU's driver holds a device file open, and
 * the drivers that are loaded are mapped into memory.
 */
function findDriver(): { driver: string; hardware: boolean | undefined } {
  if (process.platform !== 'linux') return { driver: 'the system driver', hardware: undefined }
  try {
    const devices = readdirSync('/proc/self/fd').flatMap((file) => readLink(`/proc/self/fd/${file}`))
    const hardware = devices.some((path) => /^\/dev\/(dri\/renderD|dri\/card|nvidia\d|kfd|mali)/.test(path))
    const maps = readFileSync('/proc/self/maps', 'utf8')
    const drivers = new Set(
      [...maps.matchAll(/(?:libvulkan_(\w+)|lib(nvidia-\w+core)|(\w+)_dri|lib(gallium)-[\d.]+)\.so/g)].map(
        (match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? '',
      ),
    )
    const software = [...drivers].filter((name) => /^(lvp|swrast|gallium)$/.test(name))
    const others = [...drivers].filter((name) => !software.includes(name))
    const named = (hardware && others.length > 0 ? others : software).map((name) =>
      name === 'lvp' ? 'Mesa lavapipe (software)' : name === 'swrast' ? 'Mesa llvmpipe (software)' : name,
    )
    return { driver: named.join(', ') || 'an unknown driver', hardware }
  } catch {
    return { driver: 'an unknown driver', hardware: undefined }
  }
}

function readLink(path: string): string[] {
  try {
    return [readlinkSync(path)]
  } catch {
    return []
  }
}
