// The things that generated pictures show: what there is, what it is called, and which combinations are kept for testing.
import type { HostRandom } from '@deep-recipe/core-tensor'
import { choose, type Phrases } from '../sentences.ts'

/** Colours of objects. */
export const colours = ['red', 'green', 'blue', 'yellow', 'purple', 'white'] as const
/** Shapes of objects. */
export const shapes = ['circle', 'square', 'triangle', 'star', 'cross'] as const
/** Sizes of objects. */
export const sizes = ['small', 'large'] as const

export type Colour = (typeof colours)[number]
export type Shape = (typeof shapes)[number]
export type Size = (typeof sizes)[number]

/** What can be said of an object by itself. */
export interface ObjectKind {
  readonly size: Size
  readonly colour: Colour
  readonly shape: Shape
}

/** An object in a picture of side 1: x to the right, y downwards, from the upper left corner. */
export interface PlacedObject extends ObjectKind {
  readonly x: number
  readonly y: number
  /** Of the circle around it. */
  readonly radius: number
}

/** Least and largest radius by size, in sides of the picture. */
export const radii: { readonly [size in Size]: readonly [least: number, most: number] } = {
  small: [0.13, 0.15],
  large: [0.2, 0.22],
}

const sizeWords: { readonly [size in Size]: readonly string[] } = {
  small: ['small', 'little'],
  large: ['large', 'big'],
}

const shapeWords: { readonly [shape in Shape]: readonly (readonly [one: string, several: string])[] } = {
  circle: [
    ['circle', 'circles'],
    ['disc', 'discs'],
  ],
  square: [
    ['square', 'squares'],
    ['box', 'boxes'],
  ],
  triangle: [['triangle', 'triangles']],
  star: [['star', 'stars']],
  cross: [
    ['cross', 'crosses'],
    ['plus', 'pluses'],
  ],
}

/** All kinds of objects. */
export const objectKinds: readonly ObjectKind[] = sizes.flatMap((size) =>
  colours.flatMap((colour) => shapes.map((shape) => ({ size, colour, shape }))),
)

/** A kind as one word, e.g. `large red circle`: the value of a gap in sentences. */
export function nameKind({ size, colour, shape }: ObjectKind): string {
  return `${size} ${colour} ${shape}`
}

/** The kind of a name, as `nameKind` gives it. */
export function readKind(name: string): ObjectKind {
  const [size, colour, shape] = name.split(' ') as [Size, Colour, Shape]
  return { size, colour, shape }
}

/** What one or several objects of each kind may be called. */
export function kindPhrases(number: 'one' | 'several'): Phrases {
  const form = number === 'one' ? 0 : 1
  return new Map(
    objectKinds.map((kind) => [
      nameKind(kind),
      sizeWords[kind.size].flatMap((size) =>
        shapeWords[kind.shape].map((nouns) => `${size} ${kind.colour} ${nouns[form]}`),
      ),
    ]),
  )
}

/**
 * Whether an object is never trained: one in ten of all kinds, one of each colour. Its size, its colour and its shape are
 * learned from others, and so are any two of the three.
 */
export function isNewObject({ size, colour, shape }: ObjectKind): boolean {
  const place = colours.indexOf(colour)
  return size === sizes[place % 2] && shape === shapes[place % shapes.length]
}

const trainedKinds = objectKinds.filter((kind) => !isNewObject(kind))
const newKinds = objectKinds.filter(isNewObject)

/** Draws a kind that is trained, or one that never is. */
export function drawKind(random: HostRandom, isNew = false): ObjectKind {
  return choose(isNew ? newKinds : trainedKinds, random)
}

/** Number of a kind among all. */
export function numberOfKind({ size, colour, shape }: ObjectKind): number {
  return (sizes.indexOf(size) * colours.length + colours.indexOf(colour)) * shapes.length + shapes.indexOf(shape)
}
