/**
 * The interface for deflating and inflating DATAZ frames. Node has zlib for this purpose, but browsers do
 * not.
 */
import { UniCoreError } from '../wire/index.ts';

/**
 * The effort of compression. `fast` saves CPU time when many bytes have to be sent. `small` makes the output
 * shorter when there is time.
 */
export type Effort = 'fast' | 'small';

/**
 * The deflate level of each effort. Level 1 is hardly faster than level 2. Level 8 takes twice as long as
 * level 7, and its output is only 0.1 % smaller.
 */
export const LEVELS = { fast: 2, small: 7 } as const satisfies Record<Effort, number>;

/**
 * A stateless deflater: each call is independent of all other calls. No memory is kept per channel, and a
 * lost frame does not make later frames unreadable.
 */
export interface Deflater {
  /** Inputs with fewer bytes than this are not deflated, because a call costs more than it saves. */
  readonly least: number;
  /**
   * Returns the raw deflate data of `raw`. This data may refer to `dictionary` as the bytes just before
   * `raw`. Returns undefined if the data is not shorter than `raw`.
   */
  deflate(raw: Uint8Array, dictionary: Uint8Array, effort: Effort): Uint8Array | undefined;
  /**
   * Inflates `packed` to exactly `rawLength` bytes. The output is limited to this size, so that a hostile
   * peer cannot exhaust the memory. Throws PROTOCOL_ERROR if the data is invalid or inflates to another
   * length.
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
