// The public API of @deep-recipe/datasets/go: game records, rules, features, symmetry, generated games.
export {}
