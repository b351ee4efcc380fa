// The errors of everything that reads or writes files here: each says what was expected, what came, and what to do.
import { RecipeError } from '@deep-recipe/core-tensor'

/** Bytes that are not a whole, well-formed safetensors file, or values that one cannot hold. */
export class SafetensorsError extends RecipeError {
  override readonly name: string = 'SafetensorsError'
}

/** A file or folder that cannot be read or written: missing, not permitted, disk full. */
export class FileError extends RecipeError {
  override readonly name: string = 'FileError'
}

/** Checkpoints that are all damaged, or that belong to another model. */
export class CheckpointError extends RecipeError {
  override readonly name: string = 'CheckpointError'
}

/** Why the system refused, in words, for the error codes that people meet. */
const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  EACCES: ['permission denied', 'Change the permissions, or choose another folder.'],
  EPERM: ['permission denied', 'Change the permissions, or choose another folder.'],
  EROFS: ['a read-only file system', 'Choose a folder on a disk that can be written.'],
  ENOSPC: ['a full disk', 'Free some space, or choose a folder on another disk.'],
  EDQUOT: ['a used-up disk quota', 'Free some space, or choose a folder on another disk.'],
  ENOENT: ['no such file or folder', 'Check the path.'],
  ENOTDIR: ['a file where a folder should be', 'Check the path, or choose another folder.'],
  EEXIST: ['a file where a folder should be', 'Check the path, or choose another folder.'],
  EISDIR: ['a folder where a file should be', 'Check the path, or choose another name.'],
  EMFILE: ['too many open files', 'Close some programs, or raise the limit with `ulimit -n`.'],
}

/** The typed error for a failed call of the file system; other errors come back as they are. */
export function describeFileError(error: unknown, action: 'read' | 'write', path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error
  const [reason, remedy] = REASONS[error.code] ?? [error.code, 'Check the disk and the path.']
  const what = `Cannot ${action} ${path}`
  const expected = action === 'read' ? 'a file or folder that can be read' : 'a place that can be written'
  return new FileError({ what, expected, received: reason, remedy }, { cause: error })
}
