// item(): the number of a single element, and a complaint about any other.
import { describe, expect, test } from 'vitest'
import { openReference } from '../backend/reference/reference-backend.ts'
import { ShapeError } from '../errors.ts'
import { tensor } from '../ops/create.ts'

describe('item', () => {
  test('of tensors', async () => {
    expect(await tensor(2.5).item()).toBe(2.5)
    expect(await tensor([[3]]).item()).toBe(3)
    expect(await tensor(true).item()).toBe(1)
    await expect(tensor([1, 2]).item()).rejects.toThrow(ShapeError)
    await expect(tensor([1, 2]).item()).rejects.toThrow('expected one element, received 2, of the shape [2]')
  })

  test('of device arrays', async () => {
    const backend = openReference()
    expect(await backend.upload({ shape: [], dtype: 'int32', data: Int32Array.of(7) }).item()).toBe(7)
    const none = backend.upload({ shape: [0], dtype: 'float32', data: new Float32Array(0) })
    await expect(none.item()).rejects.toThrow(ShapeError)
  })
})
