// What was heard and what was recognized, over one axis of time: the spectrogram above, the spikes of CTC below.

import { FILTERS, STACK, STEP_SECONDS } from './features.ts'
import { CLASSES } from './model.ts'
import type { Recognized } from './recognizer.ts'

const WIDTH = 640
const SPECTRUM = 130
const SPIKES = 150
const HEIGHT = SPECTRUM + SPIKES + 20

/** A colour for each digit, of equal lightness. */
const colorOf = (digit: number): string => `hsl(${digit * 36} 70% 45%)`

/** Draws on a canvas. */
export function drawRecognized(canvas: HTMLCanvasElement, { features, steps, shares, decoded }: Recognized): void {
  canvas.width = WIDTH
  canvas.height = HEIGHT
  const pen = canvas.getContext('2d')
  if (!pen || steps === 0) return
  const frames = steps * STACK
  const frameWidth = WIDTH / frames
  for (let frame = 0; frame < frames; frame++) {
    for (let filter = 0; filter < FILTERS; filter++) {
      // Normalized features lie between about −2 and 3.
      const level = Math.min(1, Math.max(0, ((features.data[frame * FILTERS + filter] ?? 0) + 1.5) / 4))
      pen.fillStyle = `hsl(${250 - 200 * level} 80% ${10 + 60 * level}%)`
      const height = SPECTRUM / FILTERS
      pen.fillRect(frame * frameWidth, SPECTRUM - (filter + 1) * height, frameWidth + 1, height + 1)
    }
  }
  const bottom = SPECTRUM + SPIKES
  const stepWidth = WIDTH / steps
  const style = getComputedStyle(canvas)
  pen.strokeStyle = style.color
  pen.globalAlpha = 0.3
  pen.strokeRect(0, SPECTRUM + 8, WIDTH, SPIKES - 8)
  pen.globalAlpha = 1
  for (let digit = 0; digit < CLASSES - 1; digit++) {
    pen.beginPath()
    for (let step = 0; step < steps; step++) {
      const y = bottom - (SPIKES - 30) * (shares[step * CLASSES + digit + 1] ?? 0)
      if (step === 0) pen.moveTo(stepWidth / 2, y)
      else pen.lineTo((step + 0.5) * stepWidth, y)
    }
    pen.lineWidth = 2
    pen.strokeStyle = colorOf(digit)
    pen.stroke()
  }
  pen.font = '600 15px system-ui, sans-serif'
  pen.textAlign = 'center'
  for (const { label, start, end } of decoded.alignment) {
    pen.fillStyle = colorOf(label - 1)
    pen.fillText(String(label - 1), ((start + end) / 2) * stepWidth, SPECTRUM + 24)
  }
  pen.font = '11px system-ui, sans-serif'
  pen.fillStyle = style.color
  pen.textAlign = 'left'
  pen.fillText('0 s', 2, HEIGHT - 4)
  pen.textAlign = 'right'
  pen.fillText(`${(steps * STEP_SECONDS).toFixed(1)} s`, WIDTH - 2, HEIGHT - 4)
}
