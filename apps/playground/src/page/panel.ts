// What an experiment of the page is.
import type { Backend } from '@deep-recipe/core-tensor'

/** One tab of the page. */
export interface Panel {
  /** In the address, after the `#`. */
  readonly name: string
  readonly title: string
  /**
   * Fills the element and begins. What it returns is called when another tab is chosen, and has given everything back when
   * its promise is settled.
   */
  open(root: HTMLElement, backend: Backend): Promise<() => Promise<void> | void>
}
