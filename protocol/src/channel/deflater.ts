/** The interface for deflating and inflating DATAZ frames. Node uses zlib, which browsers do not have. */
import { UniCoreError } from '../wire/index.ts';

/** How hard to compress. fast: many bytes have to be sent. small: there is time. */
export type Effort = 'fast' | 'small';

/**
 * The deflate level of each effort. Level 1 is hardly faster than 2; level 8 takes twice as long as 7 and saves a
 * thousandth.
 */
export const LEVELS = { fast: 2, small: 7 } as const satisfies Record<Effort, number>;

/**
 * A stateless deflater: each call stands alone. Nothing is kept per channel, and nothing must be repaired after a loss.
 */
export interface Deflater {
  /** Inputs shorter than this are not worth a call. */
  readonly least: number;
  /**
   * Returns raw deflate data of `raw`, which may refer to the dictionary as the bytes right before it. Undefined if that
   * is not shorter than `raw`.
   */
  deflate(raw: Uint8Array, dictionary: Uint8Array, effort: Effort): Uint8Array | undefined;
  /**
   * Returns exactly `rawLength` bytes and never allocates more, whatever `packed` claims. Throws PROTOCOL_ERROR if the
   * data is invalid or has another length.
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
