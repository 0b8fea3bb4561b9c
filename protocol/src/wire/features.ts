/**
 * Optional features of the two ends of a channel, beyond version 1. Each end lists its own in the metadata of OPEN or
 * ACCEPT, under the key `features`; the application never sees that key.
 */
import { packMeta, unpackMeta } from './meta.ts';

/** dataz: this end can read DATAZ frames, and keeps the earlier bytes that they refer to. */
export type Feature = 'dataz';

/**
 * Metadata without its `features` key, and the features of the end that sent it. That end may be newer and list unknown
 * ones.
 */
export interface Said {
  meta: unknown;
  features: readonly unknown[];
}

export function packSaid(meta: unknown, features: readonly Feature[]): Uint8Array {
  return packMeta(features.length === 0 ? meta : { ...(meta as object), features });
}

/** Throws PROTOCOL_ERROR if the bytes are not valid metadata. */
export function unpackSaid(bytes: Uint8Array): Said {
  const said = unpackMeta(bytes);
  if (typeof said !== 'object' || said === null || !('features' in said)) return { meta: said, features: [] };
  const { features, ...meta } = said;
  return { meta, features: Array.isArray(features) ? features : [] };
}
