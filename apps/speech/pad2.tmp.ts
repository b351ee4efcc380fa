import { HostRandom } from '@deep-recipe/core-tensor'
import { openBackend } from '@deep-recipe/backends'
import { loadSpeechData } from './src/data.ts'
import { loadNetwork } from './src/saved-run.ts'
import { openRecognizer } from './src/recognize.ts'
import { prepareFeatures, rate } from './src/hearing.ts'
import { dealStrings, joinRecordings, singleDigits } from './src/strings.ts'
import { settleRoom } from './src/room.ts'
import { decode } from './src/decode.ts'
import { tokenErrorRate } from '@deep-recipe/sequence-losses'
import { readFileSync } from 'node:fs'
const trained = JSON.parse(readFileSync('/tmp/sp/u/real/run.json','utf8'))
const saved = await loadNetwork('/tmp/sp/u/real', trained, console.log)
const data = await loadSpeechData({folder:'/work/shared/data/fsdd',testFolder:undefined,leaveOut:undefined})
const backend = await openBackend()
const rec = openRecognizer(saved.network, saved.params, backend)
const run=async(name:string,us:any[],f:(s:Float32Array,i:number)=>Float32Array)=>{const r=await rec.examine(us.map((u,i)=>({features:prepareFeatures(f(u.samples,i)),digits:u.digits}))); const hyp=r.map(e=>[...decode(e.scores,4).digits]); const e=tokenErrorRate(hyp,us.map(u=>u.digits)); console.log(name,'DER',(100*e.rate).toFixed(2),'whole',(100*(1-e.sentenceErrorRate)).toFixed(2))}
const sets={validation:data.validation}
const singles=singleDigits(data.validation), strings=dealStrings(data.validation,150,rate,new HostRandom(3))
for (const room of [.05,.075,.1,.125,.15]) await run('singles '+room,singles,s=>settleRoom(s,room).samples)
await run('strings plain',strings,s=>s)
for (const room of [.075,.1,.125]) await run('strings '+room,strings,s=>settleRoom(s,room).samples)
await run('singles in long silence',singles,(s,i)=>settleRoom(joinRecordings([s],[.6,.6],rate,new HostRandom(i)),.1).samples)
backend.close()
