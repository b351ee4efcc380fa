// Scenes and clips that need no download: to train on, to validate with, and three sets to test with.
import {
  type Combinations,
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
  /** Scenes or clips to train on. */
  readonly count: number
  readonly size: number
  /** Of scenes. */
  readonly mostObjects: number
  /** Of clips. */
  readonly frames: number
}

/** The data are the same for every run: only the training depends on the run's seed. */
const seeds = { train: 1, validation: 2, 'new combinations': 3, trained: 4, 'new objects': 5 } as const

/** How many to set aside where so many are trained on. */
function setAside(count: number): { validation: number; test: number } {
  const between = (least: number, value: number, most: number): number =>
    Math.min(most, Math.max(least, Math.round(value)))
  return { validation: between(20, count / 15, 200), test: between(20, count / 10, 300) }
}

/** Scenes: what one is trained on has no combination of what one is tested on. */
export function generateSceneData({ count, size, mostObjects }: GeneratedOptions): CaptionData {
  const make = (number: number, seed: number, combinations: Combinations = 'trained') => {
    const { images, captions, scenes } = generateScenes({ count: number, seed, size, mostObjects, combinations })
    return { examples: { views: viewsInMemory(images.data, [3, size, size]), captions }, scenes }
  }
  const makeTest = (combinations: Combinations, name: string): TestSet => {
    const { examples, scenes } = make(setAside(count).test, seeds[combinations], combinations)
    const isExact = (sentence: string, index: number): boolean => {
      const said = readSceneSentence(sentence)
      const scene = scenes[index]
      return said !== undefined && scene !== undefined && isTrueOf(said, scene)
    }
    return { name, examples, isExact }
  }
  return {
    source: `${count} generated scenes of ${size} × ${size} pixels, ${mostObjects === 1 ? 'one object each' : `up to ${mostObjects} objects`}`,
    notes: [],
    kind: 'pictures',
    train: make(count, seeds.train).examples,
    validation: make(setAside(count).validation, seeds.validation).examples,
    tests: [
      makeTest('new combinations', 'new combinations'),
      makeTest('trained', 'new scenes of trained combinations'),
      makeTest('new objects', 'new objects'),
    ],
  }
}

/** Clips, in the same way. */
export function generateClipData({ count, size, frames }: GeneratedOptions): CaptionData {
  const make = (number: number, seed: number, combinations: Combinations = 'trained') => {
    const { images, captions, clips } = generateClips({ count: number, seed, size, frames, combinations })
    const examples: Examples = { views: viewsInMemory(images.data, [frames, 3, size, size]), captions }
    return { examples, clips }
  }
  const makeTest = (combinations: Combinations, name: string): TestSet => {
    const { examples, clips } = make(setAside(count).test, seeds[combinations], combinations)
    const isExact = (sentence: string, index: number): boolean => {
      const said = readClipSentence(sentence)
      const clip = clips[index]
      return said !== undefined && clip !== undefined && isTrueOfClip(said, clip)
    }
    return { name, examples, isExact }
  }
  return {
    source: `${count} generated clips of ${frames} frames of ${size} × ${size} pixels`,
    notes: [],
    kind: 'clips',
    train: make(count, seeds.train).examples,
    validation: make(setAside(count).validation, seeds.validation).examples,
    tests: [
      makeTest('new combinations', 'new combinations'),
      makeTest('trained', 'new clips of trained combinations'),
      makeTest('new objects', 'new objects'),
    ],
  }
}
