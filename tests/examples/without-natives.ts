// Makes a program find none of the optional native packages, as on a machine where they cannot be installed:
// `node --import tsx --import THIS_FILE …`.
import module, { register } from 'node:module'

const hook = `
  const natives = ['gl', 'onnxruntime-node']
  export async function resolve(specifier, context, next) {
    if (natives.includes(specifier)) throw new Error('Cannot find package ' + specifier)
    return next(specifier, context)
  }`
// For import.
register(`data:text/javascript,${encodeURIComponent(hook)}`)

// For require, which in Node 20 asks no hooks.
const loader = module as unknown as { _resolveFilename: (request: string, ...more: unknown[]) => string }
const resolve = loader._resolveFilename
loader._resolveFilename = (request, ...more) => {
  if (/^(gl|onnxruntime-node)(\/|$)/.test(request)) throw new Error(`Cannot find module ${request}`)
  return resolve(request, ...more)
}
