// How commands are listed.
import type { Session } from '../session.ts'

/** Carries a command out: changes the session, gives the text of the response. @throws GtpFailure, and has changed nothing */
export type CarryOut = (session: Session, words: readonly string[]) => string | undefined | Promise<string | undefined>

/** Commands by name. */
export type CommandTable = { readonly [name: string]: CarryOut }
