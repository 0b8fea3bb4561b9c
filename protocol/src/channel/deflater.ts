/** How the bytes of a DATAZ frame are made and read: an interface, since Node has zlib and browsers have not. */
import { UniCoreError } from '../wire/index.ts';

/** fast: when much has to go; small: when time does not matter. */
export type Effort = 'fast' | 'small';

/** Level of deflate for each. 1 is hardly faster than 2; from 7 to 8 the time doubles for a tenth of a percent. */
export const LEVELS = { fast: 2, small: 7 } as const satisfies Record<Effort, number>;

/** Stateless: each call stands alone, so nothing is kept per channel and nothing has to be repaired after a loss. */
export interface Deflater {
  /** Fewer bytes are not worth a call. */
  readonly least: number;
  /**
   * deflate-raw of `raw`, which may refer to the bytes of the dictionary as to what came right before; undefined where
   * that is not shorter.
   */
  deflate(raw: Uint8Array, dictionary: Uint8Array, effort: Effort): Uint8Array | undefined;
  /**
   * The bytes again: exactly `rawLength`, never more memory than that, whatever `packed` would make.
   * Throws PROTOCOL_ERROR where it would be fewer or more, or is no deflate at all.
   */
  inflate(packed: Uint8Array, dictionary: Uint8Array, rawLength: number): Uint8Array;
}

export function corrupt(cause: unknown): UniCoreError {
  return new UniCoreError('PROTOCOL_ERROR', 'The bytes of a DATAZ frame are no valid deflate data.', {
    cause,
  });
}

export function wrongLength(rawLength: number): UniCoreError {
  return new UniCoreError(
    'PROTOCOL_ERROR',
    `The bytes of a DATAZ frame do not make the ${rawLength} bytes that rawLen says.`,
  );
}
