import { openBackend } from '@deep-recipe/backends'
import { trainSpeech } from './src/speech/train.ts'
import { makeRecognizer, CLASSES } from './src/speech/model.ts'
import { hear, RATE, STEPS } from './src/speech/features.ts'
import { speakString } from './src/speech/speak-string.ts'
import { generateSpokenDigits } from '@deep-recipe/datasets/sound'
import { HostRandom, compile, toNdArray } from '@deep-recipe/core-tensor'
import { evaluation } from '@deep-recipe/layers-core'
import { decodeBestPath } from '@deep-recipe/sequence-losses'
const backend = await openBackend()
for (const epochs of [10]) {
const t=Date.now(); const { params } = await trainSpeech(backend, epochs); console.log('seconds', (Date.now()-t)/1000)
const digits = generateSpokenDigits({ speakers: 6, takes: 1, rate: RATE, seed: 77 }); const random = new HostRandom(9)
const model = makeRecognizer(); const read = compile(backend, (p: any, f: any) => model.apply(p, f.expandDims(0), evaluation).reshape([STEPS, CLASSES]))
let ok=0, n=0
for (let i=0;i<60;i++){ const sp=`voice-${1+random.integer(6)}`; const v=digits.filter(d=>d.speaker===sp); const takes=Array.from({length:1+random.integer(4)},()=>v[random.integer(v.length)]!)
 const h=hear(speakString(takes,random),RATE); const r=await read(params as any, h.features); const d=decodeBestPath(toNdArray(await r.host()),{length:h.steps}); const said=takes.map(t=>t.digit+1).join(), got=d.labels.join(); n++; if(said===got) ok++; else if (i<12) console.log(said,'|',got) }
console.log(epochs, ok/n)
}
backend.close()
