// A landscape with four valleys: at each place an arrow downhill, which is one matrix of gradients; then a ball that rolls.
//
// Run it with `pnpm --filter @deep-recipe/core-tensor try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then change
// - `height`, to x.square().sub(y.square()).mul(20) for instance: the arrows show a saddle, and the ball stays on top of it;
// - `start`, to [-1, 1]: it ends in another valley;
// - `rate`, to 0.04: too fast for such steep walls, the ball is thrown to and fro and never comes to rest.
import { compile, grad, jacobian, openReference, type Tensor, tensor } from '@deep-recipe/core-tensor'

/** Himmelblau's function, (x² + y − 11)² + (x + y² − 7)². */
const height = (x: Tensor, y: Tensor): Tensor =>
  x.square().add(y).sub(11).square().add(x.add(y.square()).sub(7).square())
const start = [0, 0]
const rate = 0.01

// Points do not see each other, so the gradient of the sum of all heights holds the gradient of each point.
const slopes = grad(({ x, y }: { x: Tensor; y: Tensor }) => height(x, y).sum())
const columns = Array.from({ length: 41 }, (_, i) => -5 + i / 4)
const rows = Array.from({ length: 21 }, (_, i) => 5 - i / 2)
const map = slopes({
  x: tensor(rows.map(() => columns)),
  y: tensor(rows.map((y) => columns.map(() => y))),
})
const [dx, dy] = [await map.x.data(), await map.y.data()]
const arrows = [...'→↗↑↖←↙↓↘']
for (const row of rows.keys()) {
  const line = columns.map((_, column) => {
    const [x, y] = [-Number(dx[row * 41 + column]), -Number(dy[row * 41 + column])]
    if (Math.hypot(x, y) < 9) return '•'
    return arrows[(Math.round((Math.atan2(y, x) * 4) / Math.PI) + 8) % 8]
  })
  console.log(line.join(''))
}

const at = (point: Tensor): Tensor => height(point.at(0), point.at(1))
const roll = compile(openReference(), (point: Tensor) => point.sub(grad(at)(point).mul(rate)))
let point = await roll(start)
for (let step = 1; step < 100; step++) point = await roll(point)
const round = (numbers: ArrayLike<number>): string[] => Array.from(numbers, (number) => number.toFixed(2))
console.log(`\nAfter 100 steps a ball from (${start.join(', ')}) is at (${round(await point.data()).join(', ')}).`)
// The gradient is a graph too, so it has a gradient: two positive curvatures make a valley.
const curvature = (await jacobian(grad(at))(tensor(await point.array())).array()) as number[][]
console.log('The curvature there:', curvature.map((row) => round(row).join('  ')).join('  |  '))
