/**
 * Packs and unpacks a frame's metadata (`meta`, `auth`): msgpack of plain values only. Bytes are checked before they
 * are unpacked, so a hostile peer cannot make us allocate for a length that it only claims. An empty byte array stands
 * for undefined.
 */
import { type Options, Packr } from 'msgpackr';
import { UniCoreError } from './errors.ts';
import { MAX_META } from './frame.ts';
import { checkPacked, type PackLimits } from './meta-check.ts';

/** The limits of metadata in HELLO, WELCOME, OPEN, ACCEPT, BEAT and BEATACK. */
export const META_LIMITS: PackLimits = { bytes: MAX_META, depth: 8, entries: 256 };

/**
 * useRecords false: records are msgpackr's own extension. skipValues (missing in its types): undefined fields are left
 * out, as in JSON. int64AsType: plain numbers are enough, since checkPacked refuses integers that are not exact.
 */
const OPTIONS: Options & { skipValues: unknown[] } = {
  useRecords: false,
  mapsAsObjects: true,
  int64AsType: 'number',
  skipValues: [undefined],
};
const packr = new Packr(OPTIONS);

/**
 * Packs null, booleans, numbers, strings, bytes, arrays and plain objects of these.
 * Throws PROTOCOL_ERROR for anything else and beyond the limits.
 */
export function packMeta(value: unknown, limits: PackLimits = META_LIMITS): Uint8Array {
  if (value === undefined) return new Uint8Array(0);
  let packed: Uint8Array;
  try {
    // The packed bytes are copied, since msgpackr returns a view of a large buffer of its own (a Buffer in Node).
    packed = new Uint8Array(packr.pack(value));
  } catch (cause) {
    throw new UniCoreError('PROTOCOL_ERROR', 'Metadata must be plain values without cycles.', { cause });
  }
  checkPacked(packed, limits);
  return packed;
}

/** Throws PROTOCOL_ERROR for bytes that packMeta would not have written, and for keys that could reach a prototype. */
export function unpackMeta(bytes: Uint8Array, limits: PackLimits = META_LIMITS): unknown {
  if (bytes.length === 0) return undefined;
  checkPacked(bytes, limits);
  try {
    return packr.unpack(bytes);
  } catch (cause) {
    throw new UniCoreError('PROTOCOL_ERROR', 'Metadata is not valid msgpack.', { cause });
  }
}
