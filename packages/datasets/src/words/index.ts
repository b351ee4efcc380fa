// The public API of @deep-recipe/datasets/words: vocabularies, encodings, readers of text, generated sentences.
export * from './batch/buckets.ts'
export * from './batch/pad-sequences.ts'
export {
  type BytePairs,
  joinPieces,
  type LearnBytePairsOptions,
  learnBytePairs,
  makeBytePairs,
  wordEnd,
} from './encode/byte-pairs.ts'
export * from './encode/vocabulary.ts'
export * from './encode/word-hashing.ts'
export { type GeneratePhrasePairsOptions, generatePhrasePairs } from './generate/generate-phrase-pairs.ts'
export { type GenerateReviewsOptions, generateReviews } from './generate/generate-reviews.ts'
export { type GenerateTicketsOptions, generateTickets } from './generate/generate-tickets.ts'
export * from './read/read-iob.ts'
export {
  cleanText,
  findPairsFile,
  type ReadPairsOptions,
  readPairs,
  type SentencePair,
} from './read/read-pairs.ts'
export * from './read/read-polarity.ts'
export { type ReadLinesOptions, readLines, type TextLine, type TextSource } from './text/read-lines.ts'
export * from './text/tokenize.ts'
