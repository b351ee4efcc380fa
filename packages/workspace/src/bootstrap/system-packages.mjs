// What headless WebGL2 needs from the operating system: a compiler to build the `gl` package once, X and Vulkan
// libraries to run it without a display. Nothing else in the repository needs a system package, so whatever goes wrong
// here costs the GL backend and nothing more.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * @typedef {object} Machine what is present, by name
 * @property {ReadonlySet<string>} commands
 * @property {string} libraries the listing of `ldconfig -p`
 * @property {number} vulkanDrivers how many Vulkan drivers are registered
 */

/**
 * Looks at the machine this runs on.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Machine}
 */
export function inspectMachine(env) {
  const folders = (env.PATH ?? '').split(delimiter)
  const wanted = ['python3', 'make', 'g++', 'c++', 'apt-get']
  return {
    commands: new Set(wanted.filter((name) => folders.some((folder) => existsSync(join(folder, name))))),
    libraries: spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '',
    vulkanDrivers: ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d']
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => readdirSync(folder)).length,
  }
}

/**
 * The Debian packages that are missing for headless GL; none on systems other than Linux, where ANGLE brings its own.
 * @param {Machine} machine
 * @param {boolean} built whether the native part of `gl` is compiled already
 * @returns {string[]}
 */
export function listMissingPackages({ commands, libraries, vulkanDrivers }, built) {
  if (process.platform !== 'linux') return []
  const present = {
    python3: built || commands.has('python3'),
    make: built || commands.has('make'),
    'g++': built || commands.has('g++') || commands.has('c++'),
    'libx11-6': libraries.includes('libX11.so.6'),
    libxext6: libraries.includes('libXext.so.6'),
    libdrm2: libraries.includes('libdrm.so.2'),
    libvulkan1: libraries.includes('libvulkan.so.1'),
    'mesa-vulkan-drivers': vulkanDrivers > 0,
  }
  return Object.entries(present).flatMap(([name, found]) => (found ? [] : [name]))
}

/**
 * Installs what is missing when allowed to (root, apt-get), else prints the one line that would. Never fails.
 * @param {boolean} built whether the native part of `gl` is compiled already
 * @param {NodeJS.ProcessEnv} env
 * @returns {boolean} whether headless GL has all it needs from the system
 */
export function prepareSystem(built, env) {
  const machine = inspectMachine(env)
  const missing = listMissingPackages(machine, built)
  if (missing.length === 0) return true
  const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...missing]
  if (!machine.commands.has('apt-get')) {
    console.log(`Going on without headless GL: it needs ${missing.join(', ')} (Debian's names).`)
    return false
  }
  if (process.getuid?.() !== 0 || env.RECIPE_SYSTEM_PACKAGES === 'never') {
    console.log(`Going on without headless GL. To have it, run this once:\n  sudo ${install.join(' ')}`)
    return false
  }
  console.log(`Installing the system packages of headless GL (about 20 s): ${missing.join(', ')}`)
  for (const args of [['update', '-q'], install.slice(1)]) {
    const result = spawnSync('apt-get', args, {
      encoding: 'utf8',
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
    })
    if (result.status !== 0) {
      const reason = (result.stderr ?? String(result.error)).trim().split('\n').at(-1)
      console.log(`apt-get ${args[0]} failed (${reason}): going on without headless GL.`)
      return false
    }
  }
  const left = listMissingPackages(inspectMachine(env), built)
  if (left.length > 0) console.log(`Installed, yet ${left.join(', ')} is not found: going on without headless GL.`)
  return left.length === 0
}
