/** What a commit may do to a document, and on what condition. */
import type { protos } from '@google-cloud/firestore-api';
import type { Found } from './found.ts';
import { encodeFields, type Fields } from './values.ts';

type IWrite = protos.google.firestore.v1.IWrite;

/** nameOf: from a path below the store's root to Firestore's name. */
export type Write = (nameOf: (path: string) => string) => IWrite;

/** If there is no such document. stampedAt: the name of a field that gets Firestore's own time. */
export function create(path: string, fields: Fields, stampedAt?: string): Write {
  return (nameOf) => ({
    update: { name: nameOf(path), fields: encodeFields(fields) },
    currentDocument: { exists: false },
    ...(stampedAt !== undefined && {
      updateTransforms: [{ fieldPath: stampedAt, setToServerValue: 'REQUEST_TIME' }],
    }),
  });
}

/** All its fields, if nobody has written it since it was found. */
export function replace(path: string, fields: Fields, { updateTime }: Found): Write {
  return (nameOf) => ({
    update: { name: nameOf(path), fields: encodeFields(fields) },
    currentDocument: { updateTime },
  });
}

/** These fields, if there is such a document; found: and if nobody has written it since. */
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
