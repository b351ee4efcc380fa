// The reference in single precision against itself in double precision: what rounding alone does.
import { openReference } from '@deep-recipe/core-tensor'
import { runConformance } from './run-conformance.ts'

runConformance(async () => openReference(), 'reference', { randomGraphs: 300 })
