// The measures: candidates against references, on plain lists of tokens.
export * from './bleu.ts'
export * from './cider.ts'
export * from './edit-distance.ts'
export * from './meteor.ts'
export type { Token, Tokens } from './n-grams.ts'
export * from './rouge.ts'
export type { BleuSmoothing } from './smooth-precisions.ts'
