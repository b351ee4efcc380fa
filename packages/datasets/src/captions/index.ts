// The public API of @deep-recipe/datasets/captions: captioned pictures and clips, read and generated.
export {}
