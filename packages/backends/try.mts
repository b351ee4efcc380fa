// Which backend this machine gets and why; then each backend in turn, with the time that one small training step takes on it.
//
// Run it with `pnpm --filter @deep-recipe/backends try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then
// - put RECIPE_BACKEND=reference before it: the choice is yours, and the line says so;
// - change `units`, to 8 and to 1000: small steps are won by the backend with the least to do around them, large ones by the
//   one with the fastest arithmetic. A backend that does not open says what to install.
import { type BackendName, openBackend } from '@deep-recipe/backends'
import { compile, RecipeError, randomKey, randomNormal, type Tensor, valueAndGrad } from '@deep-recipe/core-tensor'

const units = 200
const names: readonly BackendName[] = ['gl', 'onnx', 'reference']
const weight = await randomNormal(randomKey(1), [units, units]).host()
const input = await randomNormal(randomKey(2), [32, units]).host()

const loss = (weights: Tensor, x: Tensor): Tensor => x.matmul(weights).tanh().square().mean()
const learn = (weights: Tensor, x: Tensor): { value: Tensor; next: Tensor } => {
  const { value, gradient } = valueAndGrad(loss)(weights, x)
  return { value, next: weights.sub(gradient) }
}

/** Does five steps on the backend that RECIPE_BACKEND names; gives a line about them. */
async function tryBackend(): Promise<string> {
  const backend = await openBackend({ quiet: true })
  const step = compile(backend, learn)
  const started = performance.now()
  let result = await step(weight, input)
  const first = performance.now() - started
  for (let i = 1; i < 5; i++) result = await step(result.next, input)
  const value = await result.value.item()
  const later = (performance.now() - started - first) / 4
  backend.close()
  return `first step ${first.toFixed(0).padStart(4)} ms, then ${later.toFixed(1).padStart(5)} ms each; loss ${value.toFixed(5)}`
}

/** What is wrong and what to install, for a backend that does not open. */
const explain = (error: unknown): string => {
  if (error instanceof RecipeError) return error.message
  throw error
}

const chosen = openBackend({ log: console.log })
await chosen.then((backend) => backend.close()).catch((error) => console.log(explain(error)))
for (const name of names) {
  process.env.RECIPE_BACKEND = name
  console.log(name.padEnd(10), await tryBackend().catch(explain))
}
