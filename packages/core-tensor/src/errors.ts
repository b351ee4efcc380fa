// Typed errors: every complaint names what was expected, what came, and what to do about it.

/** The four parts of a helpful complaint. */
export interface Complaint {
  /** Where it happened, e.g. `matmul: argument 2`. */
  readonly what: string
  readonly expected: string
  readonly received: string
  /** One sentence with the next step, e.g. `Transpose the second argument.` */
  readonly remedy: string
}

/** Base of every error that this toolkit throws for a mistake of its user. */
export class RecipeError extends Error {
  override readonly name: string = 'RecipeError'
  readonly expected: string
  readonly received: string
  readonly remedy: string

  constructor(complaint: Complaint, options?: ErrorOptions) {
    const { what, expected, received, remedy } = complaint
    super(`${what}: expected ${expected}, received ${received}. ${remedy}`, options)
    this.expected = expected
    this.received = received
    this.remedy = remedy
  }
}

/** Shapes, ranks or axes that do not fit together. */
export class ShapeError extends RecipeError {
  override readonly name = 'ShapeError'
}

/** A dtype that an operation does not take. */
export class DTypeError extends RecipeError {
  override readonly name = 'DTypeError'
}

/** A value that is out of its allowed range: a probability, a stride, an index. */
export class ValueError extends RecipeError {
  override readonly name = 'ValueError'
}

/** A derivative that does not exist, such as one with respect to integers. */
export class GradientError extends RecipeError {
  override readonly name = 'GradientError'
}

/** A backend that cannot do what it was asked: closed, out of memory, or a limit of the device. */
export class BackendError extends RecipeError {
  override readonly name = 'BackendError'
}

/** The first NaN or infinity that a graph in debug mode produced. */
export class NonFiniteError extends RecipeError {
  override readonly name = 'NonFiniteError'
}
