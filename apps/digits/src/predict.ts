// The command `predict`: what a trained network reads in pictures.
import { readFile } from 'node:fs/promises'
import { defineCommand, textOption } from '@deep-recipe/app-kit'
import { predict as predictAll } from '@deep-recipe/training'
import { loadNetwork, readRun } from './evaluate.ts'
import { type Picture, readPictures, toImages } from './pictures.ts'

export const predict: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Read digits in PNG pictures or IDX files',
  without: ['data', 'seed'],
  options: {
    recipe: textOption({ description: 'Recipe whose network answers (default: all, if the run has it)' }),
  },
  operands: { name: '<picture...>', description: 'PNG files of one digit each, or IDX files of many' },
  examples: [
    ['predict seven.png', 'one picture, of any size, dark on light or light on dark'],
    ['predict t10k-images-idx3-ubyte.gz --json | tail -1', 'all images of a file'],
  ],
  async start({ options, operands, trained, resolvePath, log, print, output, openBackend }) {
    const pictures: Picture[] = []
    for (const operand of operands) {
      const path = resolvePath(operand)
      pictures.push(...(await readPictures(operand, () => readFile(path))))
    }
    const network = await loadNetwork(readRun(options.out, trained, log), options.recipe)
    const backend = await openBackend()
    const images = toImages(pictures)
    const probabilities = await predictAll(network.model, network.params, images, {
      backend,
      transform: (logits) => logits.softmax(),
    })
    const answers = pictures.map(({ name }, i) => {
      const shares = [...probabilities.data.subarray(i * 10, (i + 1) * 10)]
      const digit = shares.indexOf(Math.max(...shares))
      return { name, digit, probability: shares[digit] as number, probabilities: shares }
    })
    for (const { name, digit, probability, probabilities: shares } of answers) {
      print(
        `${name}: ${digit} (${(100 * probability).toFixed(1)} %)${answers.length <= 3 ? `\n${drawBars(shares)}` : ''}`,
      )
    }
    output({ recipe: network.recipe.name, predictions: answers, backend: backend.name })
  },
})

function drawBars(shares: readonly number[]): string {
  return shares.map((share, digit) => `  ${digit} ${'█'.repeat(Math.round(share * 30)).padEnd(30, '·')}`).join('\n')
}
