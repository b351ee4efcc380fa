// How people write the ten digits: for each, several skeletons (pen paths) in a box one unit high, x to the right and
// y down. They are data only; the generator bends, slants and inks them.

/** One way to write a digit. */
export interface Skeleton {
  readonly form: string
  /** How often this form is met among the forms of its digit, relative to the others. */
  readonly share: number
  /** One entry per movement of the pen: points `x,y` to be joined by a smooth curve; `!` marks a sharp turn. */
  readonly strokes: readonly string[]
}

/** The skeletons of the digits 0 to 9, by digit. */
export const skeletons: readonly (readonly Skeleton[])[] = [
  [
    {
      form: 'closed oval from the top',
      share: 5,
      strokes: ['0.56,0.03 0.31,0.09 0.16,0.35 0.17,0.69 0.34,0.93 0.6,0.96 0.8,0.76 0.86,0.44 0.74,0.14 0.5,0.02'],
    },
    {
      form: 'narrow oval whose end crosses its start',
      share: 3,
      strokes: ['0.74,0.1 0.42,0.03 0.16,0.35 0.18,0.75 0.44,0.98 0.74,0.82 0.84,0.42 0.66,0.08 0.48,0.12'],
    },
    {
      form: 'not quite closed',
      share: 1,
      strokes: ['0.74,0.13 0.53,0.02 0.3,0.09 0.15,0.31 0.13,0.6 0.24,0.86 0.46,0.98 0.68,0.92 0.84,0.71 0.87,0.42'],
    },
    {
      form: 'round, with the first stroke entering the oval',
      share: 1,
      strokes: ['0.6,0.25 0.38,0.04 0.1,0.36 0.16,0.82 0.5,0.98 0.86,0.7 0.8,0.22 0.5,0.02 0.36,0.1'],
    },
  ],
  [
    { form: 'a bar', share: 6, strokes: ['0.5,0 0.49,0.5 0.5,1'] },
    { form: 'a curved bar', share: 2, strokes: ['0.54,0 0.52,0.4 0.46,0.8 0.4,1'] },
    { form: 'flag', share: 1.5, strokes: ['0.3,0.24 0.42,0.14 0.54,0! 0.52,0.5 0.52,1'] },
    {
      form: 'flag and foot',
      share: 1,
      strokes: ['0.28,0.24 0.4,0.14 0.52,0! 0.51,0.5 0.5,0.98', '0.22,0.99 0.5,0.98 0.8,0.97'],
    },
  ],
  [
    {
      form: 'sharp corner at the lower left',
      share: 3,
      strokes: ['0.14,0.24 0.28,0.06 0.56,0.01 0.78,0.18 0.7,0.46 0.4,0.78 0.1,0.98! 0.48,0.95 0.9,0.96'],
    },
    {
      form: 'a loop at the lower left',
      share: 4,
      strokes: [
        '0.16,0.18 0.44,0.02 0.74,0.14 0.7,0.45 0.42,0.82 0.18,0.97 0.08,0.84 0.24,0.75 0.46,0.86 0.7,0.97 0.95,0.88',
      ],
    },
    {
      form: 'swan: a long neck and a wavy base',
      share: 2,
      strokes: ['0.16,0.32 0.26,0.08 0.54,0 0.76,0.16 0.66,0.5 0.36,0.82 0.1,0.96! 0.34,0.86 0.6,0.95 0.92,0.93'],
    },
    {
      form: 'z-like',
      share: 0.6,
      strokes: ['0.14,0.12 0.5,0.03 0.8,0.08 0.72,0.34 0.44,0.68 0.12,0.95! 0.5,0.93 0.9,0.94'],
    },
  ],
  [
    {
      form: 'two bows with a corner between them',
      share: 4,
      strokes: ['0.16,0.12 0.44,0 0.74,0.12 0.7,0.36 0.4,0.47! 0.7,0.54 0.84,0.74 0.64,0.95 0.34,1 0.1,0.88'],
    },
    {
      form: 'flat top',
      share: 1,
      strokes: ['0.16,0.05 0.46,0.05 0.8,0.04! 0.4,0.42! 0.72,0.5 0.82,0.76 0.54,0.98 0.12,0.9'],
    },
    {
      form: 'a small loop in the waist',
      share: 2,
      strokes: ['0.18,0.1 0.5,0 0.74,0.16 0.6,0.4 0.4,0.48 0.34,0.42 0.5,0.44 0.8,0.6 0.8,0.86 0.5,1 0.1,0.92'],
    },
    {
      form: 'shallow bows',
      share: 2,
      strokes: ['0.2,0.06 0.56,0.02 0.72,0.16 0.6,0.36 0.46,0.46 0.66,0.56 0.74,0.76 0.5,0.94 0.14,0.98'],
    },
  ],
  [
    {
      form: 'open: an L and a bar',
      share: 4,
      strokes: ['0.22,0.02 0.14,0.32 0.14,0.54 0.42,0.56 0.84,0.48', '0.78,0.06 0.72,0.5 0.66,1'],
    },
    {
      form: 'open and round, in one stroke',
      share: 3,
      strokes: ['0.18,0.08 0.12,0.36 0.26,0.54 0.56,0.48 0.8,0.06! 0.74,0.5 0.7,1'],
    },
    {
      form: 'closed triangle, two strokes',
      share: 1.5,
      strokes: ['0.66,0.01 0.36,0.3 0.08,0.62! 0.5,0.62 0.94,0.6', '0.66,0.01 0.65,0.5 0.63,1'],
    },
    {
      form: 'closed, almost a nine',
      share: 1,
      strokes: ['0.7,0.04 0.3,0.2 0.12,0.46 0.4,0.54 0.78,0.44', '0.76,0.02 0.68,0.5 0.6,1'],
    },
  ],
  [
    {
      form: 'body and a separate bar',
      share: 4,
      strokes: ['0.3,0.04 0.2,0.42! 0.5,0.38 0.78,0.54 0.74,0.84 0.44,0.99 0.1,0.92', '0.3,0.05 0.6,0.03 0.9,0'],
    },
    {
      form: 'one stroke with corners',
      share: 2,
      strokes: ['0.86,0.03 0.6,0.05 0.3,0.06! 0.22,0.44! 0.54,0.4 0.8,0.6 0.7,0.88 0.4,1 0.1,0.9'],
    },
    {
      form: 'round, like an S',
      share: 3,
      strokes: ['0.9,0.02 0.56,0.06 0.3,0.18 0.34,0.38 0.62,0.5 0.74,0.72 0.52,0.94 0.26,0.98 0.08,0.84'],
    },
  ],
  [
    {
      form: 'a bow ending in a closed loop',
      share: 4,
      strokes: ['0.68,0.01 0.38,0.2 0.18,0.56 0.2,0.86 0.44,1 0.7,0.88 0.74,0.66 0.5,0.56 0.22,0.74'],
    },
    {
      form: 'straight back',
      share: 3,
      strokes: ['0.46,0 0.26,0.36 0.14,0.74 0.3,0.97 0.6,0.96 0.76,0.76 0.6,0.6 0.34,0.66 0.18,0.82'],
    },
    {
      form: 'curled top, large loop',
      share: 1.5,
      strokes: ['0.78,0.12 0.58,0.02 0.3,0.2 0.12,0.6 0.26,0.94 0.6,0.97 0.8,0.74 0.54,0.52 0.2,0.68'],
    },
    {
      form: 'the loop left open',
      share: 1,
      strokes: ['0.5,0.01 0.24,0.34 0.12,0.74 0.34,0.98 0.66,0.92 0.72,0.7 0.5,0.62'],
    },
  ],
  [
    { form: 'roof and leg', share: 4, strokes: ['0.12,0.08 0.46,0.06 0.84,0.03! 0.6,0.44 0.42,1'] },
    {
      form: 'with a bar across the leg',
      share: 1,
      strokes: ['0.12,0.08 0.5,0.06 0.86,0.04! 0.6,0.48 0.4,1', '0.3,0.52 0.54,0.5 0.8,0.46'],
    },
    { form: 'with a serif', share: 2, strokes: ['0.1,0.24 0.16,0.06! 0.5,0.08 0.86,0.05! 0.62,0.5 0.5,1'] },
    { form: 'rounded', share: 3, strokes: ['0.1,0.14 0.36,0.05 0.68,0.03 0.8,0.14 0.7,0.4 0.54,0.7 0.44,1'] },
  ],
  [
    {
      form: 'an S that closes on itself',
      share: 4,
      strokes: [
        '0.76,0.14 0.5,0.01 0.26,0.14 0.34,0.36 0.64,0.58 0.76,0.82 0.5,1 0.24,0.84 0.36,0.58 0.62,0.36 0.76,0.16 0.62,0.03',
      ],
    },
    {
      form: 'two circles',
      share: 1.5,
      strokes: [
        '0.5,0.49 0.66,0.43 0.75,0.29 0.71,0.12 0.58,0.02 0.4,0.03 0.28,0.14 0.26,0.31 0.35,0.45 0.52,0.49',
        '0.5,0.48 0.29,0.54 0.18,0.7 0.23,0.88 0.4,0.99 0.62,0.98 0.79,0.86 0.81,0.68 0.69,0.53 0.47,0.48',
      ],
    },
    {
      form: 'not closed at the top',
      share: 2,
      strokes: ['0.82,0.06 0.56,0.3 0.28,0.64 0.28,0.9 0.5,1 0.7,0.86 0.62,0.6 0.34,0.36 0.3,0.12 0.52,0.0 0.7,0.06'],
    },
    {
      form: 'narrow and slanted',
      share: 2,
      strokes: [
        '0.72,0.08 0.48,0.04 0.38,0.2 0.5,0.42 0.6,0.68 0.52,0.96 0.34,0.94 0.36,0.7 0.56,0.42 0.74,0.16 0.66,0.04',
      ],
    },
  ],
  [
    {
      form: 'loop and a slanted stem',
      share: 4,
      strokes: ['0.76,0.16 0.52,0.02 0.24,0.2 0.26,0.44 0.54,0.44 0.78,0.14! 0.72,0.54 0.64,1'],
    },
    {
      form: 'curved tail',
      share: 2,
      strokes: ['0.72,0.12 0.44,0.02 0.2,0.22 0.32,0.46 0.62,0.4 0.76,0.12 0.8,0.5 0.66,0.86 0.4,1 0.2,0.92'],
    },
    {
      form: 'small loop, long straight stem',
      share: 3,
      strokes: ['0.68,0.12 0.42,0.04 0.24,0.22 0.36,0.4 0.62,0.32 0.7,0.08 0.62,0.5 0.44,1'],
    },
  ],
]
