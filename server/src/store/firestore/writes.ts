/** The writes of a commit, each with its condition. */
import type { protos } from '@google-cloud/firestore-api';
import type { Found } from './found.ts';
import { encodeFields, type Fields } from './values.ts';

type IWrite = protos.google.firestore.v1.IWrite;

/** nameOf: turns a path relative to the store's root into Firestore's full name. */
export type Write = (nameOf: (path: string) => string) => IWrite;

/** Creates a document; fails if it exists. stampedAt: name of a field that Firestore sets to its own time. */
export function create(path: string, fields: Fields, stampedAt?: string): Write {
  return (nameOf) => ({
    update: { name: nameOf(path), fields: encodeFields(fields) },
    currentDocument: { exists: false },
    ...(stampedAt !== undefined && {
      updateTransforms: [{ fieldPath: stampedAt, setToServerValue: 'REQUEST_TIME' }],
    }),
  });
}

/** Replaces all fields; fails if the document was written since it was read. */
export function replace(path: string, fields: Fields, { updateTime }: Found): Write {
  return (nameOf) => ({
    update: { name: nameOf(path), fields: encodeFields(fields) },
    currentDocument: { updateTime },
  });
}

/** Changes these fields; fails if the document does not exist, or, with `found`, if it was written since. */
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
