// What there is to learn from: a handwritten digit, a game of Go, a tagged sentence and a captioned picture, all made on the spot.
//
// Run it with `pnpm --filter @deep-recipe/datasets try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then change
// - `seed`: another hand, game, sentence and picture. The same seed always gives the same;
// - what `augment` does: rotate: 90, or elastic: { strength: 60, smoothness: 4 }. From where on can you no longer read it?
// - `moves`, to 70: more stones are captured, and the board is nearly divided.
import { augment, generateDigits } from '@deep-recipe/datasets'
import { generateScenes } from '@deep-recipe/datasets/captions'
import { drawBoard, generateGames, replay } from '@deep-recipe/datasets/go'
import { generateTickets } from '@deep-recipe/datasets/words'

const seed = 1
const moves = 40

const { images, labels } = generateDigits({ count: 1, seed })
const created = augment({ rotate: 30, shift: 2, noise: 0.1, seed })(images, 0)
const shades = [...' .:-=+*#%@']
const ink = (amount: number): string => shades[Math.round(Math.min(Math.max(amount, 0), 1) * 9)] ?? ' '
console.log(`A ${labels.get(0)}, and what is created of it:`)
for (let y = 2; y < 26; y++) {
  const line = (pixels: typeof images): string =>
    Array.from({ length: 28 }, (_, x) => ink(pixels.get(0, y, x))).join('')
  console.log(line(images), line(created))
}

const [first] = generateGames({ count: 1, size: 9, seed })
if (first) console.log(`\nGo after ${moves} moves:\n${drawBoard(replay(first.game, moves), { coordinates: true })}`)

const [ticket] = generateTickets({ count: 1, seed })
const tagged = ticket?.words.map((word, i) => (ticket.tags[i] === 'O' ? word : `${word}[${ticket.tags[i]}]`))
console.log(`\n${ticket?.intent}: ${tagged?.join(' ')}`)

const scenes = generateScenes({ count: 1, seed, size: 32 })
console.log('\nA picture (two rows of it in each line), and what may be said of it:')
const colour = (y: number, x: number): string =>
  [0, 1, 2].map((channel) => scenes.images.get(0, channel, y, x)).join(';')
for (let y = 0; y < 32; y += 2) {
  const pixels = Array.from({ length: 32 }, (_, x) => `\x1b[38;2;${colour(y, x)};48;2;${colour(y + 1, x)}m▀`)
  console.log(`${pixels.join('')}\x1b[0m`)
}
for (const caption of scenes.captions[0] ?? []) console.log(`- ${caption}`)
