// The public API of @deep-recipe/datasets/captions: captioned pictures and clips, read and generated.
export { readClipSentence, writeClipSentence } from './clips/clip-sentences.ts'
export { type Clip, type ClipStatement, isTrueOfClip, type Track } from './clips/clip-statements.ts'
export type { ComposedClip } from './clips/compose-clip.ts'
export { type CaptionedClips, type GenerateClipsOptions, generateClips } from './clips/generate-clips.ts'
export { type Combination, type Combinations, findSet } from './combinations.ts'
export { type CaptionEntry, parseCaptionTable, parseCocoCaptions, parseTokenFile } from './folders/caption-files.ts'
export { type CaptionedFolder, type CaptionedImage, readCaptionedFolder } from './folders/read-captioned-folder.ts'
export type { ComposedScene } from './scenes/compose-scene.ts'
export { type CaptionedScenes, type GenerateScenesOptions, generateScenes } from './scenes/generate-scenes.ts'
export {
  type Colour,
  isNewObject,
  type ObjectKind,
  type PlacedObject,
  type Shape,
  type Size,
} from './scenes/objects.ts'
export { readSceneSentence, writeSceneSentence } from './scenes/scene-sentences.ts'
export { isTrueOf, type Scene, type SceneStatement } from './scenes/statements.ts'
