// A canvas to draw a digit on, and what a network sees of it.
import type { HostArray } from '@deep-recipe/core-tensor'
import { element } from '../page/elements.ts'

const SIDE = 280

/** A place to draw. */
export interface Drawing {
  readonly root: HTMLCanvasElement
  clear(): void
  /** Shows a picture of 28 × 28 numbers from 0 to 1. */
  show(pixels: ArrayLike<number>): void
  /** The drawing as MNIST would have it: [1, 28, 28], or undefined where nothing is drawn. */
  read(): HostArray | undefined
}

/** An empty canvas; `onChange` is called after every stroke. */
export function createDrawing(onChange: () => void): Drawing {
  const root = element('canvas', {
    class: 'drawing',
    width: String(SIDE),
    height: String(SIDE),
    'aria-label':
      'Draw a digit here with the mouse or a finger. Without either, use the button that shows a test digit.',
  })
  const pen = root.getContext('2d', { willReadFrequently: true })
  if (!pen) throw new Error('This browser draws on no canvas.')
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  pen.lineWidth = 22
  pen.strokeStyle = '#fff'
  pen.fillStyle = '#fff'

  let last: { x: number; y: number } | undefined
  const place = (event: PointerEvent): { x: number; y: number } => {
    const box = root.getBoundingClientRect()
    return { x: ((event.clientX - box.left) / box.width) * SIDE, y: ((event.clientY - box.top) / box.height) * SIDE }
  }
  root.addEventListener('pointerdown', (event) => {
    root.setPointerCapture(event.pointerId)
    last = place(event)
    pen.beginPath()
    pen.arc(last.x, last.y, pen.lineWidth / 2, 0, 2 * Math.PI)
    pen.fill()
  })
  root.addEventListener('pointermove', (event) => {
    if (!last) return
    const next = place(event)
    pen.beginPath()
    pen.moveTo(last.x, last.y)
    pen.lineTo(next.x, next.y)
    pen.stroke()
    last = next
  })
  const end = (): void => {
    if (last) onChange()
    last = undefined
  }
  root.addEventListener('pointerup', end)
  root.addEventListener('pointercancel', end)

  return {
    root,
    clear: () => pen.clearRect(0, 0, SIDE, SIDE),
    show(pixels) {
      const small = new ImageData(28, 28)
      small.data.set(Array.from(pixels).flatMap((ink) => [255, 255, 255, Math.round(255 * ink)]))
      const sheet = element('canvas', { width: '28', height: '28' })
      sheet.getContext('2d')?.putImageData(small, 0, 0)
      pen.clearRect(0, 0, SIDE, SIDE)
      pen.drawImage(sheet, 0, 0, SIDE, SIDE)
    },
    read() {
      const { data } = pen.getImageData(0, 0, SIDE, SIDE)
      const ink = Float32Array.from({ length: SIDE * SIDE }, (_, pixel) => (data[4 * pixel + 3] ?? 0) / 255)
      const pixels = normalizeDigit(ink, SIDE)
      return pixels && { shape: [1, 28, 28], dtype: 'float32', data: pixels }
    },
  }
}

/**
 * Brings a drawing into the form of MNIST: scaled so that its longer side takes 20 pixels, its centre of mass in the
 * middle of 28 × 28. Undefined where there is no ink.
 *
 * @param ink side · side numbers from 0 to 1, rows from the top
 */
export function normalizeDigit(ink: ArrayLike<number>, side: number): Float32Array<ArrayBuffer> | undefined {
  const box = { left: side, right: -1, top: side, bottom: -1 }
  let [mass, centreX, centreY] = [0, 0, 0]
  for (let pixel = 0; pixel < side * side; pixel++) {
    const value = ink[pixel] ?? 0
    if (value < 0.05) continue
    const [x, y] = [pixel % side, Math.floor(pixel / side)]
    box.left = Math.min(box.left, x)
    box.right = Math.max(box.right, x)
    box.top = Math.min(box.top, y)
    box.bottom = Math.max(box.bottom, y)
    mass += value
    centreX += value * (x + 0.5)
    centreY += value * (y + 0.5)
  }
  if (mass === 0) return undefined
  // One pixel of the result covers `scale` of the drawing on each side; 4 × 4 samples of it are averaged.
  const scale = Math.max(box.right - box.left + 1, box.bottom - box.top + 1) / 20
  const samples = 4
  const pixels = new Float32Array(28 * 28)
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    const [column, row] = [pixel % 28, Math.floor(pixel / 28)]
    let sum = 0
    for (let sample = 0; sample < samples * samples; sample++) {
      const dx = ((sample % samples) + 0.5) / samples
      const dy = (Math.floor(sample / samples) + 0.5) / samples
      const x = Math.floor(centreX / mass + (column + dx - 14) * scale)
      const y = Math.floor(centreY / mass + (row + dy - 14) * scale)
      if (x >= 0 && x < side && y >= 0 && y < side) sum += ink[y * side + x] ?? 0
    }
    pixels[pixel] = sum / (samples * samples)
  }
  return pixels
}
