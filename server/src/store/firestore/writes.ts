/** The kinds of writes in a commit, each with its condition. */
import type { protos } from '@google-cloud/firestore-api';
import type { Found } from './found.ts';
import { encodeFields, type Fields } from './values.ts';

type IWrite = protos.google.firestore.v1.IWrite;

/**
 * Creates a write of a commit. `nameOf` converts a path relative to the store's root into Firestore's full
 * name.
 */
export type Write = (nameOf: (path: string) => string) => IWrite;

/**
 * Creates a document. The write fails if the document exists. `stampedAt` names a field that Firestore sets
 * to the time of the commit.
 */
export function create(path: string, fields: Fields, stampedAt?: string): Write {
  return (nameOf) => ({
    update: { name: nameOf(path), fields: encodeFields(fields) },
    currentDocument: { exists: false },
    ...(stampedAt !== undefined && {
      updateTransforms: [{ fieldPath: stampedAt, setToServerValue: 'REQUEST_TIME' }],
    }),
  });
}

/** Replaces all fields of a document. The write fails if the document has changed since it was read. */
export function replace(path: string, fields: Fields, { updateTime }: Found): Write {
  return (nameOf) => ({
    update: { name: nameOf(path), fields: encodeFields(fields) },
    currentDocument: { updateTime },
  });
}

/**
 * Changes the given fields of a document. The write fails if the document does not exist. With `found`, it
 * also fails if the document has changed since it was read.
 */
export function change(path: string, fields: Fields, found?: Found): Write {
  return (nameOf) => ({
    update: { name: nameOf(path), fields: encodeFields(fields) },
    updateMask: { fieldPaths: Object.keys(fields) },
    currentDocument: found ? { updateTime: found.updateTime } : { exists: true },
  });
}

export function remove(path: string): Write {
  return (nameOf) => ({ delete: nameOf(path) });
}
