// Captions of pictures and clips: an encoder sees, a decoder with attention says what.
import { defineApp, startApp } from '@deep-recipe/app-kit'
import { caption } from './caption.ts'
import { evaluate } from './evaluate.ts'
import { train } from './train.ts'

await startApp(
  defineApp({
    name: 'image-captioning',
    summary:
      'Learns to say what pictures show: a convolutional encoder and an LSTM that looks at the picture again for each word, trained end to end; with --video, what happens in clips.',
    examples: [
      ['train', 'on generated scenes'],
      ['train --data ~/flickr8k --out runs/flickr', 'on captioned photographs'],
      ['caption beach.jpg', 'what the last run says of a picture, and where it looked'],
      ['evaluate', 'the figures of the last run once more'],
    ],
    data: 'Folder with images and captions as Flickr8k, Flickr30k or COCO have them; with --video, folders of frames (default: generated scenes or clips)',
    defaults: { epochs: 10, seed: 1 },
    commands: { train, evaluate, caption },
  }),
)
