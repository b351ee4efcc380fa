// Printing plans: one line per kernel, for people and tests.

import type { PlanStep } from '../kernel/kernel.ts'
import { formatLayout } from '../kernel/layout.ts'
import { generateShader, type ShaderOptions } from '../shader/generate.ts'
import type { PlannedGraph } from './plan-graph.ts'

/**
 * A plan as text: what each kernel computes, with which template, from which buffers, and how its result lies.
 *
 * ```
 * b3 = matmul→max by quad product from b0, b1, b2: float32[32, 128] as (0:32 1:128) in 32x32
 * ```
 */
export function printPlan(plan: PlannedGraph, options: ShaderOptions = { quadDerivatives: true }): string {
  const lines: string[] = []
  const print = (steps: readonly PlanStep[], indent: string): void => {
    for (const step of steps) {
      if (step.kind === 'loop') {
        const { length, reverse, carries } = step.loop
        const names = carries.map(({ initial, current, target }) => `b${current} from b${initial}, then b${target}`)
        lines.push(
          `${indent}${length} times${reverse ? ' backwards' : ''}${names.length > 0 ? ` with ${names.join('; ')}` : ''}:`,
        )
        print(step.loop.steps, `${indent}  `)
        continue
      }
      const { kernel } = step
      const { template, inputs } = generateShader(plan.arena, kernel, plan.buffers, options)
      const from = inputs.length > 0 ? ` from ${inputs.map((id) => `b${id}`).join(', ')}` : ''
      const dtype = plan.buffers[kernel.output]?.dtype ?? 'float32'
      const target = `b${kernel.output}${kernel.slice >= 0 ? `[step${kernel.slice}]` : ''}`
      lines.push(`${indent}${target} = ${kernel.label} by ${template}${from}: ${formatLayout(kernel.layout, dtype)}`)
    }
  }
  print(plan.steps, '')
  return lines.join('\n')
}
