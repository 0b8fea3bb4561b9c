/**
 * What the two ends of a channel can do beyond version 1. They say it end to end, in the metadata of OPEN and ACCEPT
 * under a key of its own, which the application never sees.
 */
import { packMeta, unpackMeta } from './meta.ts';

/** dataz: this end reads DATAZ frames, and keeps the bytes that they refer to. */
export type Feature = 'dataz';

/** Metadata as the application sees it, and what the end that sent it can do: more than we know, perhaps. */
export interface Said {
  meta: unknown;
  features: readonly unknown[];
}

export function packSaid(meta: unknown, features: readonly Feature[]): Uint8Array {
  return packMeta(features.length === 0 ? meta : { ...(meta as object), features });
}

/** Throws PROTOCOL_ERROR where the bytes are no metadata. */
export function unpackSaid(bytes: Uint8Array): Said {
  const said = unpackMeta(bytes);
  if (typeof said !== 'object' || said === null || !('features' in said)) return { meta: said, features: [] };
  const { features, ...meta } = said;
  return { meta, features: Array.isArray(features) ? features : [] };
}
