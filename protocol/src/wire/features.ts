/**
 * Optional features of the two ends of a channel, beyond version 1 of the protocol. Each end lists its
 * features in the metadata of OPEN or ACCEPT, under the key `features`. The application never sees this key.
 */
import { packMeta, unpackMeta } from './meta.ts';

/**
 * `dataz`: this end can read DATAZ frames (compressed data), and keeps the earlier bytes to which they refer.
 */
export type Feature = 'dataz';

/**
 * Metadata without its `features` key, and the features of the end that sent it. A newer end may list
 * features that this code does not know.
 */
export interface Said {
  meta: unknown;
  features: readonly unknown[];
}

export function packSaid(meta: unknown, features: readonly Feature[]): Uint8Array {
  return packMeta(features.length === 0 ? meta : { ...(meta as object), features });
}

/**
 * Separates the application's metadata from the features. Throws PROTOCOL_ERROR if the bytes are not valid
 * metadata.
 */
export function unpackSaid(bytes: Uint8Array): Said {
  const said = unpackMeta(bytes);
  if (typeof said !== 'object' || said === null || !('features' in said)) return { meta: said, features: [] };
  const { features, ...meta } = said;
  return { meta, features: Array.isArray(features) ? features : [] };
}
