// Sound into and out of the page: playing, files, the microphone.
import { decodeWav, mixToMono, type Sound } from '@deep-recipe/datasets/sound'

/** Plays a sound. */
export function play({ samples, rate }: Sound): void {
  const context = new AudioContext()
  const buffer = context.createBuffer(1, Math.max(1, samples.length), rate)
  buffer.copyToChannel(Float32Array.from(samples), 0)
  const source = context.createBufferSource()
  source.buffer = buffer
  source.connect(context.destination)
  source.onended = () => void context.close()
  source.start()
}

/** The sound in a file: WAV by our own reader, anything else by the browser's. */
export async function readSoundFile(file: Blob): Promise<Sound> {
  const bytes = await file.arrayBuffer()
  const isWav = new TextDecoder('latin1').decode(bytes.slice(0, 4)) === 'RIFF'
  if (isWav) {
    const { channels, rate } = decodeWav(new Uint8Array(bytes), { source: file instanceof File ? file.name : 'sound' })
    return { samples: mixToMono(channels), rate }
  }
  const context = new OfflineAudioContext(1, 1, 44100)
  const decoded = await context.decodeAudioData(bytes)
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, channel) => decoded.getChannelData(channel))
  return { samples: mixToMono(channels), rate: decoded.sampleRate }
}

/** Records until `stop` is called; rejects where there is no microphone or no permission. */
export async function record(): Promise<{ stop(): Promise<Sound> }> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const recorder = new MediaRecorder(stream)
  const pieces: Blob[] = []
  recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data))
  recorder.start()
  return {
    async stop() {
      const ended = new Promise((done) => {
        recorder.addEventListener('stop', done, { once: true })
      })
      recorder.stop()
      await ended
      for (const track of stream.getTracks()) track.stop()
      return readSoundFile(new Blob(pieces))
    },
  }
}
