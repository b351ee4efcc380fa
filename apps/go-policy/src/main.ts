// A policy network for Go: it foresees the moves of strong players, draws what it thinks, and plays.
import { defineApp, startApp } from '@deep-recipe/app-kit'
import { evaluate } from './evaluate.ts'
import { match } from './match.ts'
import { gtp } from './play-gtp.ts'
import { predict } from './predict.ts'
import { train } from './train.ts'

await startApp(
  defineApp({
    name: 'go-policy',
    summary:
      'A policy network for Go: a convolutional network that foresees the moves of strong players, beside a fully connected one that learns the same; it draws what it thinks, and plays by the Go Text Protocol.',
    examples: [
      ['train', 'both networks on generated games, in half a minute'],
      ['train --data ~/games', 'on SGF files and zips, in a quarter of an hour'],
      ['predict game.sgf --move 57', 'a position of a game with the probabilities of the next moves'],
      ['gtp', 'an engine for Sabaki, GoGui and other programs'],
      ['match --games 20', 'games against GNU Go, with a referee'],
    ],
    data: 'Folder with SGF files, or zips of them (default: games that a small program plays against itself)',
    defaults: { epochs: 1, seed: 1 },
    commands: { train, evaluate, predict, gtp, match },
  }),
)
