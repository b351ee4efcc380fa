// gl-kernels in a real browser: its browser entry, bundled as an application would, in headless Chromium. Where there is no
// Chromium, the tests are skipped and say so.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build, defaultClientConditions, type Rollup } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executablePath, startBrowser } from './chromium.ts'
import type { InPage } from './page.ts'

/** The page's script with all that it imports, from the sources of the workspace. */
async function bundlePage(): Promise<string> {
  const result = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: ['@deep-recipe/source', ...defaultClientConditions] },
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, 'page.ts'), formats: ['es'], fileName: 'page' },
    },
  })
  const { output } = (Array.isArray(result) ? result[0] : result) as Rollup.RollupOutput
  expect(output.map(({ fileName }) => fileName)).toEqual(['page.js'])
  return (output[0] as Rollup.OutputChunk).code
}

describe.skipIf(executablePath === undefined)(
  `gl-kernels in Chromium${executablePath ? '' : ' (no Chromium found: install it, or set CHROME_PATH)'}`,
  { timeout: 120_000 },
  () => {
    let browser: Browser
    let page: Page
    const complaints: string[] = []

    beforeAll(async () => {
      const code = await bundlePage()
      browser = await startBrowser()
      page = await browser.newPage()
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      await page.addScriptTag({ content: code, type: 'module' })
      await page.waitForFunction(() => 'inPage' in globalThis)
    }, 120_000)
    afterAll(() => browser?.close())

    /** Calls a function of the page. */
    const call = async <Name extends keyof InPage>(
      name: Name,
      ...args: Parameters<InPage[Name]>
    ): Promise<Awaited<ReturnType<InPage[Name]>>> =>
      page.evaluate(
        ([fn, values]) => {
          const { inPage } = globalThis as unknown as { inPage: Record<string, (...args: unknown[]) => unknown> }
          return inPage[fn]?.(...values)
        },
        [name, args] as [string, unknown[]],
      ) as Promise<Awaited<ReturnType<InPage[Name]>>>

    test('opens on a canvas, and tells software from hardware', async () => {
      const { description, isSoftware, inNode } = await call('describe')
      expect(description).toMatch(/^WebGL2, .*SwiftShader.*, software, by canvas, textures up to \d+²$/)
      expect([isSoftware, inNode]).toEqual([true, false])
    })

    test('computes what the reference computes: every case, and gradients of each primitive', async () => {
      const { wrong, compared, memory } = await call('compareCases', 1000, 2)
      expect(wrong).toEqual([])
      expect(Math.min(...Object.values(compared))).toBeGreaterThan(0)
      expect(Object.values(compared).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(700)
      expect(memory).toEqual({ buffers: 0, bytes: 0 })
    })

    test('takes the training steps of real layers', async () => {
      const results = await call('compareTrainingSteps')
      expect(Object.keys(results).length).toBeGreaterThan(3)
      expect(Object.values(results).flat()).toEqual([])
    })

    test('draws random numbers bit for bit as the reference does', async () => {
      const { distinct, different, length } = await call('compareBits', 10_007)
      expect([different, length]).toEqual([0, 10_007])
      expect(distinct).toBeGreaterThan(10_000)
    })

    test('close gives everything back: 40 backends one after the other, beside one that lives on', async () => {
      const { lost, buffers, numbers, afterClose } = await call('openAndClose', 40)
      expect([lost, buffers, numbers]).toEqual([40, 0, [2, 4, 6]])
      expect(afterClose).toMatch(/a live WebGL2 context, received a closed one/)
    })

    test('a lost context is named as such', async () => {
      const { before, failure } = await call('loseContext')
      expect(before).toEqual([2, 4])
      expect(failure).toMatch(/received a lost one.*Open a new backend/)
    })

    test('nothing was complained about', () => expect(complaints).toEqual([]))
  },
)
