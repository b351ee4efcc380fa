// The public API of @deep-recipe/datasets/words: vocabularies, encodings, readers of text, generated sentences.
export {}
