// The public API of @deep-recipe/datasets/captions: captioned pictures and clips, read and generated.
export type { Combinations, ComposedScene } from './scenes/compose-scene.ts'
export { type CaptionedScenes, type GenerateScenesOptions, generateScenes } from './scenes/generate-scenes.ts'
export { type Colour, isHeldOut, type ObjectKind, type PlacedObject, type Shape, type Size } from './scenes/objects.ts'
export { readSceneSentence, writeSceneSentence } from './scenes/scene-sentences.ts'
export { isTrueOf, type Scene, type SceneStatement } from './scenes/statements.ts'
