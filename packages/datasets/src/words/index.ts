// The public API of @deep-recipe/datasets/words: vocabularies, encodings, readers of text, generated sentences.
export * from './batch/buckets.ts'
export * from './batch/pad-sequences.ts'
export * from './encode/vocabulary.ts'
export { type GenerateReviewsOptions, generateReviews } from './generate/generate-reviews.ts'
export * from './read/read-polarity.ts'
export { type ReadLinesOptions, readLines, type TextLine, type TextSource } from './text/read-lines.ts'
export * from './text/tokenize.ts'
