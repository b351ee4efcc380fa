// What backends offers.

export type { BackendName } from './candidates.ts'
export { type OpenBackendOptions, openBackend } from './open-backend.ts'
