/**
 * Packs and unpacks the metadata of a frame (`meta`, `auth`) as msgpack of plain values. Bytes are checked
 * before they are unpacked. Otherwise a hostile peer could claim a large length, and this process would
 * allocate memory for it. An empty byte array means undefined.
 */
import { type Options, Packr } from 'msgpackr';
import { UniCoreError } from './errors.ts';
import { MAX_META } from './frame.ts';
import { checkPacked, type PackLimits } from './meta-check.ts';

/** The limits of the metadata in HELLO, WELCOME, OPEN, ACCEPT, BEAT and BEATACK. */
export const META_LIMITS: PackLimits = { bytes: MAX_META, depth: 8, entries: 256 };

/**
 * Options of msgpackr. useRecords is false, because only msgpackr can read records. skipValues is missing in
 * msgpackr's types: it leaves out undefined fields, as JSON does. int64AsType can be 'number', because
 * checkPacked refuses integers that a JavaScript number cannot hold exactly.
 */
const OPTIONS: Options & { skipValues: unknown[] } = {
  useRecords: false,
  mapsAsObjects: true,
  int64AsType: 'number',
  skipValues: [undefined],
};
const packr = new Packr(OPTIONS);

/**
 * Packs null, booleans, numbers, strings, bytes, arrays and plain objects of these values. Throws
 * PROTOCOL_ERROR for other values, and for values beyond the limits.
 */
export function packMeta(value: unknown, limits: PackLimits = META_LIMITS): Uint8Array {
  if (value === undefined) return new Uint8Array(0);
  let packed: Uint8Array;
  try {
    // The packed bytes are copied, because msgpackr returns a view of its own large buffer (a Buffer in
    // Node).
    packed = new Uint8Array(packr.pack(value));
  } catch (cause) {
    throw new UniCoreError('PROTOCOL_ERROR', 'Metadata must be plain values without cycles.', { cause });
  }
  checkPacked(packed, limits);
  return packed;
}

/**
 * Unpacks metadata. Throws PROTOCOL_ERROR for bytes that packMeta would not write, and for keys that would
 * change an object's prototype.
 */
export function unpackMeta(bytes: Uint8Array, limits: PackLimits = META_LIMITS): unknown {
  if (bytes.length === 0) return undefined;
  checkPacked(bytes, limits);
  try {
    return packr.unpack(bytes);
  } catch (cause) {
    throw new UniCoreError('PROTOCOL_ERROR', 'Metadata is not valid msgpack.', { cause });
  }
}
