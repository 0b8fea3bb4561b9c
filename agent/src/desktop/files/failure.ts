/** Turns an error of the file system into an error of the protocol. */
import { UniCoreError } from '@unicore/protocol';

const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** Codes that mean that there is no such file. A symbolic link counts as no file, because links are not followed. */
const NONE: ReadonlySet<unknown> = new Set(['ENOENT', 'ELOOP', 'ENOTDIR', 'ENXIO', 'EISDIR']);

export function failure(error: unknown, name: string): UniCoreError {
  if (error instanceof UniCoreError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (FULL.has(code)) {
    return new UniCoreError('DISK_FULL', `The desktop has no room for ${name}.`, { cause: error });
  }
  if (NONE.has(code)) {
    return new UniCoreError('NOT_FOUND', `There is no file ${name}. Look at the list of files.`, {
      cause: error,
    });
  }
  return new UniCoreError('INTERNAL', `${name} could not be moved (${code ?? error}).`, { cause: error });
}
