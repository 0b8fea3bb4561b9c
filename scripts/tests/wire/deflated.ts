/** Inflates a DATAZ frame as PROTOCOL.md section 5 describes under "Deflated bytes". */
import { inflateRawSync } from 'node:zlib';
import type { ChannelFrame, Meta } from './frames.ts';

/**
 * Returns the inflated bytes of the frame. `known` must contain at least all bytes of this direction below
 * the frame's offset.
 */
export function inflated(frame: ChannelFrame & { readonly type: 'DATAZ' }, known: Uint8Array): Uint8Array {
  const { off, dictLen, rawLen } = frame;
  if (dictLen > off) throw new Error(`a dictionary of ${dictLen} bytes at ${off}`);
  if (off > known.length)
    throw new Error(`DATAZ at ${off}, but the bytes from ${known.length} never came by`);
  const dictionary = known.subarray(off - dictLen, off);
  const options = dictLen === 0 ? {} : { dictionary };
  const raw = inflateRawSync(frame.bytes, { ...options, maxOutputLength: rawLen });
  if (raw.length !== rawLen) throw new Error(`DATAZ of ${raw.length} bytes that says ${rawLen}`);
  return raw;
}

/** Returns true if the end that sent this metadata in OPEN or ACCEPT can read DATAZ. */
export function readsDataz(meta: Meta): boolean {
  if (meta === null || typeof meta !== 'object' || Array.isArray(meta) || meta instanceof Uint8Array)
    return false;
  return Array.isArray(meta.features) && meta.features.includes('dataz');
}
