// Where the tour goes: the apps in the order of the lecture, each with what it is asked to do on the data that comes along.

/** One app of the tour, trained with these arguments. */
export interface Stop {
  readonly app: string
  readonly args: readonly string[]
}

/** All of them. Together they take three minutes on two cores. */
export const stops: readonly Stop[] = [
  // Of all recipes those from which one learns most in the shortest time.
  { app: 'digits', args: ['train', '--recipes', 'plain,dropout,createdData'] },
  { app: 'go-policy', args: ['train'] },
  { app: 'slot-filling', args: ['train', '--epochs', '6'] },
  { app: 'sentiment', args: ['train'] },
  { app: 'speech', args: ['train'] },
  { app: 'translation', args: ['train'] },
  // Fewer scenes at a higher rate: not all it can learn, but what it can learn in the time.
  {
    app: 'image-captioning',
    args: ['train', '--scenes', '2000', '--captions', '2', '--epochs', '4', '--learning-rate', '0.006'],
  },
]
