// The sounds of the ten digits in English: where the formants of a man's vocal tract lie (Peterson and Barney, 1952; Klatt, 1980), what
// makes the sound, and how long it lasts.

/** One sound, or the half of one that glides. */
export interface Phoneme {
  /** Resonances of the vocal tract, Hz, of a man; a glide goes from these… */
  readonly formants: readonly [first: number, second: number, third: number]
  /** …to these. */
  readonly glidesTo?: readonly [first: number, second: number, third: number]
  /** Seconds in unhurried speech. */
  readonly seconds: number
  /** How strong the voice is; 1 for vowels. */
  readonly voicing?: number
  /** Breath through the whole tract, as after `t`. */
  readonly aspiration?: number
  /** Noise at a narrow place: how strong it is (vowels have about 0.6), and where in the spectrum, Hz. */
  readonly frication?: { readonly strength: number; readonly center: number; readonly bandwidth: number }
  /** The nose is open: softer, with wide resonances. */
  readonly isNasal?: boolean
  /** Begins and ends at once, as the burst of a stop. */
  readonly isAbrupt?: boolean
}

const phonemes = {
  z: {
    formants: [240, 1390, 2530],
    seconds: 0.09,
    voicing: 0.35,
    frication: { strength: 0.09, center: 3500, bandwidth: 700 },
  },
  iy: { formants: [270, 2290, 3010], seconds: 0.2, voicing: 1 },
  ih: { formants: [390, 1990, 2550], seconds: 0.09, voicing: 1 },
  r: { formants: [330, 1060, 1480], seconds: 0.08, voicing: 0.75 },
  ow: { formants: [500, 950, 2300], glidesTo: [350, 780, 2250], seconds: 0.2, voicing: 1 },
  w: { formants: [290, 610, 2150], seconds: 0.08, voicing: 0.65 },
  ah: { formants: [640, 1190, 2390], seconds: 0.14, voicing: 1 },
  n: { formants: [270, 1500, 2500], seconds: 0.1, voicing: 0.5, isNasal: true },
  tClosure: { formants: [350, 1700, 2600], seconds: 0.06 },
  tBurst: {
    formants: [350, 1700, 2600],
    seconds: 0.015,
    frication: { strength: 0.25, center: 3300, bandwidth: 1200 },
    isAbrupt: true,
  },
  tBreath: { formants: [350, 1700, 2600], seconds: 0.04, aspiration: 0.12 },
  uw: { formants: [320, 1300, 2250], glidesTo: [300, 880, 2240], seconds: 0.2, voicing: 1 },
  th: { formants: [320, 1290, 2540], seconds: 0.09, frication: { strength: 0.035, center: 2600, bandwidth: 2200 } },
  f: { formants: [340, 1100, 2080], seconds: 0.1, frication: { strength: 0.04, center: 1900, bandwidth: 2600 } },
  ao: { formants: [570, 840, 2410], seconds: 0.16, voicing: 1 },
  ay: { formants: [730, 1090, 2440], glidesTo: [330, 2050, 2650], seconds: 0.23, voicing: 1 },
  v: {
    formants: [230, 1100, 2080],
    seconds: 0.06,
    voicing: 0.4,
    frication: { strength: 0.02, center: 2000, bandwidth: 2400 },
  },
  s: { formants: [320, 1390, 2530], seconds: 0.12, frication: { strength: 0.18, center: 3600, bandwidth: 500 } },
  kClosure: { formants: [300, 1990, 2700], seconds: 0.06 },
  kBurst: {
    formants: [300, 1990, 2700],
    seconds: 0.02,
    frication: { strength: 0.2, center: 2000, bandwidth: 700 },
    isAbrupt: true,
  },
  eh: { formants: [530, 1840, 2480], seconds: 0.09, voicing: 1 },
  ey: { formants: [490, 1880, 2500], glidesTo: [310, 2220, 2800], seconds: 0.18, voicing: 1 },
} as const satisfies Readonly<Record<string, Phoneme>>

const spelled: readonly (readonly (keyof typeof phonemes)[])[] = [
  ['z', 'ih', 'r', 'ow'],
  ['w', 'ah', 'n'],
  ['tBurst', 'tBreath', 'uw'],
  ['th', 'r', 'iy'],
  ['f', 'ao', 'r'],
  ['f', 'ay', 'v'],
  ['s', 'ih', 'kClosure', 'kBurst', 's'],
  ['s', 'eh', 'v', 'ah', 'n'],
  ['ey', 'tClosure', 'tBurst', 'tBreath'],
  ['n', 'ay', 'n'],
]

/** The sounds of each digit, 0 to 9, in turn. */
export const digitPhonemes: readonly (readonly Phoneme[])[] = spelled.map((names) =>
  names.map((name): Phoneme => phonemes[name]),
)
