#!/usr/bin/env node
// The command line: `npx deep-recipe-gl doctor`.
import { parseArgs } from 'node:util'
import type { OpenGlOptions } from '../device/context.ts'
import { openNodeContext } from '../device/open-node.ts'
import { examine } from './doctor.ts'

const usage = `Usage: deep-recipe-gl doctor [--origin display|vulkan|xvfb]

Opens a headless WebGL2 context as the gl backend does, and says who renders, what works, how fast it is, and what to do
about whatever does not work. Ends with code 1 when something is wrong.`

type Origin = NonNullable<OpenGlOptions['origins']>[number]

const origins: readonly string[] = ['display', 'vulkan', 'xvfb']

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { origin: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const wrongOrigin = values.origin !== undefined && !origins.includes(values.origin)
  if (values.help || positionals[0] !== 'doctor' || positionals.length > 1 || wrongOrigin) {
    console.log(usage)
    return values.help ? 0 : 2
  }
  const options = values.origin === undefined ? {} : { origins: [values.origin as Origin] }
  const { healthy, lines } = await examine(openNodeContext, options)
  for (const line of lines) console.log(line)
  return healthy ? 0 : 1
}

process.exitCode = await main().catch((error: Error) => {
  console.error(`${error.message}\n\n${usage}`)
  return 2
})
