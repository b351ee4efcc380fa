// Trees of parameters become named arrays and come back, and files of another model are told apart.
import type { HostArray } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { CheckpointError } from './errors.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'
import { nameTensors, placeTensors } from './tree-names.ts'

const vector = (...numbers: number[]): HostArray => ({
  shape: [numbers.length],
  dtype: 'float32',
  data: Float32Array.from(numbers),
})
const tree = { layers: [{ weight: vector(1, 2), bias: vector(3) }, {}, { weight: vector(4, 5) }], scale: vector(6) }

test('names are dotted paths', () => {
  expect(Object.keys(nameTensors(tree)).sort()).toEqual([
    'layers.0.bias',
    'layers.0.weight',
    'layers.2.weight',
    'scale',
  ])
  expect(nameTensors(vector(1), 'best')).toEqual({ best: vector(1) })
})

test('several trees share a file and come back', () => {
  const file = encodeSafetensors({ ...nameTensors(tree, 'params'), ...nameTensors([vector(7)], 'optimizer') })
  const { tensors } = decodeSafetensors(file)
  const zeros = { layers: [{ weight: vector(0, 0), bias: vector(0) }, {}, { weight: vector(0, 0) }], scale: vector(0) }
  expect(placeTensors(zeros, tensors, 'params')).toEqual(tree)
  expect(placeTensors([vector(0)], tensors, 'optimizer')).toEqual([vector(7)])
})

test.each([
  ['a missing tensor', { ...tree, scale: null }, /"scale".*expected float32\[1\], as in the model, received none/],
  [
    'a tensor left over',
    { ...tree, more: vector(1) },
    /"more".*expected no tensor of that name.*received float32\[1\]/,
  ],
  ['another shape', { ...tree, scale: vector(1, 2) }, /"scale".*float32\[1\], as in the model, received float32\[2\]/],
  ['another dtype', { ...tree, scale: { ...vector(1), dtype: 'int32' } }, /received int32\[1\]/],
])('%s is a CheckpointError', (_, saved, message) => {
  const tensors = nameTensors(saved)
  expect(() => placeTensors(tree, tensors)).toThrow(CheckpointError)
  expect(() => placeTensors(tree, tensors)).toThrow(message)
})

test('two leaves of one name are refused', () => {
  expect(() => nameTensors({ 'a.b': vector(1), a: { b: vector(2) } })).toThrow(/a\.b.*received two/)
  expect(() => nameTensors({ a: 'text' })).toThrow(/one host array of that name, received string/)
})
