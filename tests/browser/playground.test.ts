// The playground in a real browser, opened as a file: every experiment works without a server and without a network, with
// the keyboard, on a screen as small as a phone's. RECIPE_SCREENSHOTS names a folder to which pictures of it are written.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repositoryRoot } from '@deep-recipe/workspace/workspace-packages.ts'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executablePath, startBrowser } from './chromium.ts'

const screenshots = process.env.RECIPE_SCREENSHOTS
const phone = { width: 375, height: 760 }

describe.skipIf(executablePath === undefined)(
  `the playground in Chromium${executablePath ? '' : ' (no Chromium found: install it, or set CHROME_PATH)'}`,
  { timeout: 120_000 },
  () => {
    let browser: Browser
    let page: Page
    let address = ''
    const complaints: string[] = []

    beforeAll(async () => {
      const build = join(repositoryRoot, 'packages/workspace/run-playground.mjs')
      const { status, stdout, stderr } = spawnSync(process.execPath, [build, '--quick'], { encoding: 'utf8' })
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
      const file = /Open it in a browser: (.*)/.exec(stdout)?.[1] ?? ''
      address = pathToFileURL(file).href
      browser = await startBrowser()
      page = await browser.newPage({ viewport: phone })
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('request', (request) => {
        if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`)
      })
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
    }, 240_000)
    afterAll(() => browser?.close())

    /** Opens an experiment; afterwards nothing has gone wrong and nothing hangs over the edge of the screen. */
    const open = async (name: string): Promise<void> => {
      await page.goto(`${address}#${name}`)
      await page.getByRole('tab', { selected: true }).waitFor()
      expect(await page.getByRole('tab', { selected: true }).getAttribute('id')).toBe(`tab-${name}`)
    }
    const finish = async (name: string): Promise<void> => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width)
      expect(await page.getByRole('alert').count()).toBe(0)
      expect(complaints).toEqual([])
      if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true })
    }
    /** Waits for a condition in the page. */
    const until = (text: string): Promise<unknown> => page.waitForFunction(text, undefined, { timeout: 90_000 })

    test('digits: the network learns, a slider changes the training, a drawing is read', async () => {
      await open('digits')
      const last = `Number(document.querySelector('.legend output').textContent)`
      await until(`${last} > 0.8`)
      await page.getByRole('slider', { name: 'Dropout' }).press('End')
      expect(await page.getByRole('slider', { name: 'Dropout' }).getAttribute('aria-valuetext')).toBe('0.80')
      await page.getByRole('button', { name: 'Clear' }).click()
      const box = await page.locator('canvas.drawing').boundingBox()
      if (!box) throw new Error('no canvas')
      await page.mouse.move(box.x + box.width / 2, box.y + 60)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width / 2, box.y + box.height - 60, { steps: 8 })
      await page.mouse.up()
      await until(`document.querySelector('.bars .track.best') !== null`)
      const shares = await page.locator('.bars > span:nth-child(3n)').allTextContents()
      expect(shares.length).toBe(10)
      expect(shares.map(Number).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 1)
      await finish('digits')
    })

    test('slots: a sentence is tagged as it is typed', async () => {
      await open('slots')
      await page.getByRole('textbox').fill('i want to leave tokyo on friday')
      await until(`document.querySelectorAll('.word').length === 7`)
      const words = await page.locator('.word').allTextContents()
      expect(words.map((word) => word.replace(/\W.*| .*/s, '').slice(0, 5))).toHaveLength(7)
      // A network that has seen its sentences once knows a city from a weekday, and the words around from both.
      expect(words[4]).toMatch(/^tokyo(departure|destination)/)
      expect(words[0]).toBe('i\u00a0')
      await finish('slots')
    })

    test('go: a stone is played, and answered', async () => {
      await open('go')
      const centre = page.getByRole('gridcell', { name: /^E5, empty/ })
      await centre.waitFor()
      await page.getByRole('gridcell').first().focus()
      for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowDown')
      for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowRight')
      await page.keyboard.press('Enter')
      await until(`document.querySelectorAll('.stone.white').length === 1`)
      expect(await page.locator('.stone.black').count()).toBe(1)
      expect(await page.getByRole('gridcell', { name: /^E5, black/ }).count()).toBe(1)
      await until(`document.querySelector('section [role=status]').textContent.includes('your turn')`)
      // Shares of legal points only, in all at most 1.
      const shares = await page
        .getByRole('gridcell')
        .evaluateAll((cells) => cells.map((cell) => Number(/network (\d+)/.exec(cell.ariaLabel ?? '')?.[1] ?? 0)))
      expect(Math.max(...shares)).toBeGreaterThan(0)
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(110)
      await finish('go')
    })

    test('speech: the page speaks, hears, and draws; a file that is no sound is refused in a sentence', async () => {
      await open('speech')
      const answer = page.getByRole('region', { name: 'Recognized' }).getByRole('status')
      await until(`document.querySelector('.answer').textContent.startsWith('Heard:')`)
      await page.getByRole('textbox').fill('7')
      await page.getByRole('button', { name: 'Speak them' }).click()
      await until(`document.querySelector('.answer').textContent.startsWith('Heard:')`)
      expect(await answer.textContent()).toMatch(/^Heard: (nothing|\d)/)
      await finish('speech')
      await page
        .locator('#file')
        .setInputFiles({ name: 'a.wav', mimeType: 'audio/wav', buffer: Buffer.from('RIFF????WAVEfmt ') })
      await page.getByRole('alert').waitFor()
      expect(await page.getByRole('alert').textContent()).toMatch(/a\.wav/)
    })

    test('captions: a sentence for a scene, and where each word was looked for', async () => {
      await open('captions')
      await until(`document.querySelectorAll('.words button').length > 2`)
      const picture = (): Promise<string> =>
        page.locator('canvas.scene').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
      const plain = await picture()
      await page.locator('.words button').nth(1).click()
      expect(await page.locator('.words button').nth(1).getAttribute('aria-pressed')).toBe('true')
      expect(await picture()).not.toBe(plain)
      await finish('captions')
    })

    test('tabs are reached with the arrow keys', async () => {
      await open('digits')
      await page.getByRole('tab', { selected: true }).focus()
      await page.keyboard.press('ArrowRight')
      await until(`document.querySelectorAll('[role=tab]')[1].getAttribute('aria-selected') === 'true'`)
      expect(new URL(page.url()).hash).not.toBe('#digits')
    })
  },
)
