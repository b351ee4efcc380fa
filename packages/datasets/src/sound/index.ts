// The public API of @deep-recipe/datasets/sound: WAV files, features, augmentation, generated speech.
export {}
