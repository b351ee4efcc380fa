// Scenes and clips that need no download: to train on, to validate with, and three sets to test with.
import {
  type Combinations,
  type ComposedClip,
  type ComposedScene,
  generateClips,
  generateScenes,
  isTrueOf,
  isTrueOfClip,
  readClipSentence,
  readSceneSentence,
} from '@deep-recipe/datasets/captions'
import type { CaptionData, TestSet } from './caption-data.ts'
import { type Examples, viewsInMemory } from './examples.ts'

/** What to generate. */
export interface GeneratedOptions {
  /** Scenes or clips to train on in an epoch; the next one has others. */
  readonly count: number
  readonly size: number
  /** Of scenes. */
  readonly mostObjects: number
  /** Of clips. */
  readonly frames: number
}

/** The data are the same for every run: only the training depends on the run's seed. */
const seeds = { train: 1, validation: 2, 'new combinations': 3, trained: 4, 'new objects': 5 } as const

/** Enough to meet every word. */
const sampleSize = 2000

/** How many to set aside where so many are trained on. */
function setAside(count: number): { validation: number; test: number } {
  const between = (least: number, value: number, most: number): number =>
    Math.min(most, Math.max(least, Math.round(value)))
  return { validation: between(20, count / 15, 200), test: between(20, count / 10, 300) }
}

/** Generated examples, with what each of them shows. */
interface Generated<Thing> {
  readonly examples: Examples
  readonly things: readonly Thing[]
}

/** How to generate, and how to tell whether a sentence is true of what was generated. */
interface Generator<Thing> {
  /** What a thing is called, in the plural. */
  readonly name: string
  /** `count` of the row that belongs to a seed, from number `first` on. */
  make(count: number, seed: number, combinations: Combinations, first?: number): Generated<Thing>
  isTrue(sentence: string, thing: Thing): boolean
  kindOf(thing: Thing): string
}

/** What one is trained on has no combination of what one is tested on. */
function divide<Thing>(
  count: number,
  { name, make, isTrue, kindOf }: Generator<Thing>,
): Pick<CaptionData, 'notes' | 'train' | 'endless' | 'validation' | 'tests'> {
  const makeTest = (combinations: Combinations, title: string): TestSet => {
    const { examples, things } = make(setAside(count).test, seeds[combinations], combinations)
    const isExact = (sentence: string, index: number): boolean => {
      const thing = things[index]
      return thing !== undefined && isTrue(sentence, thing)
    }
    return { name: title, examples, isExact, kindOf: (index) => kindOf(things[index] as Thing) }
  }
  return {
    notes: [],
    train: make(Math.min(count, sampleSize), seeds.train, 'trained').examples,
    endless: { count, draw: (first, number) => make(number, seeds.train, 'trained', first).examples },
    validation: make(setAside(count).validation, seeds.validation, 'trained').examples,
    tests: [
      makeTest('new combinations', 'new combinations'),
      makeTest('trained', `new ${name} of trained combinations`),
      makeTest('new objects', 'new objects'),
    ],
  }
}

/** Scenes. */
export function generateSceneData({ count, size, mostObjects }: GeneratedOptions): CaptionData {
  const generator: Generator<ComposedScene> = {
    name: 'scenes',
    make(number, seed, combinations, first = 0) {
      const { images, captions, scenes } = generateScenes({
        count: number,
        seed,
        first,
        size,
        mostObjects,
        combinations,
      })
      return { examples: { views: viewsInMemory(images.data, [3, size, size]), captions }, things: scenes }
    },
    isTrue(sentence, scene) {
      const said = readSceneSentence(sentence)
      return said !== undefined && isTrueOf(said, scene)
    },
    kindOf({ statement }) {
      if (statement.kind === 'three') return 'three objects'
      return statement.kind === 'pair' ? statement.relation : statement.kind === 'one' ? 'at a place' : 'several'
    },
  }
  const objects = mostObjects === 1 ? 'one object each' : `up to ${mostObjects} objects`
  const source = `generated scenes of ${size} × ${size} pixels, ${objects}`
  return { source, kind: 'pictures', ...divide(count, generator) }
}

/** Clips, in the same way. */
export function generateClipData({ count, size, frames }: GeneratedOptions): CaptionData {
  const generator: Generator<ComposedClip> = {
    name: 'clips',
    make(number, seed, combinations, first = 0) {
      const { images, captions, clips } = generateClips({ count: number, seed, first, size, frames, combinations })
      return { examples: { views: viewsInMemory(images.data, [frames, 3, size, size]), captions }, things: clips }
    },
    isTrue(sentence, clip) {
      const said = readClipSentence(sentence)
      return said !== undefined && isTrueOfClip(said, clip)
    },
    kindOf: ({ statement }) => statement.kind,
  }
  const source = `generated clips of ${frames} frames of ${size} × ${size} pixels`
  return { source, kind: 'clips', ...divide(count, generator) }
}
