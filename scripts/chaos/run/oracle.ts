/**
 * Part of the chaos runs: computes the expected byte at each offset of a channel and direction, so that each
 * arriving byte can be checked by itself. peer.pl, the program in the terminal, computes the same bytes. The
 * stream of bytes consists of records of 32 bytes, such as "d003 00000010 e3779b10 5ebca6b0\n". A record
 * contains the direction, the number of the channel, the index of the record, and two numbers that are
 * computed from these. Therefore a wrong record shows which bytes were lost, repeated or moved. The only
 * control character in a record is the newline.
 */

export const RECORD_BYTES = 32;
/**
 * Number of records (32 bytes each) of the expected stream that are computed together and then kept. So small
 * reads do not compute the same record again.
 */
const BLOCK_RECORDS = 128;
const BLOCK_BYTES = RECORD_BYTES * BLOCK_RECORDS;

/**
 * The directions of a channel. down: from the program in the terminal to the consumer. up: from the consumer
 * to the program.
 */
export type Way = 'down' | 'up';

export class Oracle {
  readonly #way: Way;
  readonly #channel: number;
  #block = Buffer.alloc(0);
  #blockAt = -1;

  constructor(way: Way, channel: number) {
    this.#way = way;
    this.#channel = channel;
  }

  /**
   * Returns the expected bytes of the stream from this offset on. They may be valid only until the next call.
   */
  bytes(offset: number, length: number): Buffer {
    const parts: Buffer[] = [];
    for (let at = offset; at < offset + length; ) {
      const inBlock = at % BLOCK_BYTES;
      const part = this.#blockOf(at - inBlock).subarray(inBlock, inBlock + offset + length - at);
      parts.push(part);
      at += part.length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /**
   * Compares received bytes with the expected bytes at this offset of the stream. Returns a description of
   * the first error, or undefined if all bytes are right.
   */
  judge(offset: number, bytes: Uint8Array): string | undefined {
    const expected = this.bytes(offset, bytes.length);
    if (expected.equals(bytes)) return undefined;
    const first = bytes.findIndex((byte, at) => byte !== expected[at]);
    const got = Buffer.from(bytes.subarray(first, first + 3 * RECORD_BYTES)).toString('latin1');
    return `${this.#way} byte ${offset + first} ${this.#verdict(offset + first, got)}: ${JSON.stringify(got)}`;
  }

  #verdict(offset: number, got: string): string {
    const record = /([du])([\da-f]{3}) ([\da-f]{8}) [\da-f]{8} [\da-f]{8}\n/.exec(got);
    if (!record) return 'is none of this stream';
    const [, way, channel, index] = record;
    if (way !== this.#way[0] || Number.parseInt(channel!, 16) !== this.#channel)
      return 'belongs to another stream';
    const ahead = Number.parseInt(index!, 16) * RECORD_BYTES - (offset + record.index);
    if (ahead === 0) return 'is another one than it should be';
    return ahead > 0 ? `is lost, ${ahead} are missing` : 'came before, or is out of order';
  }

  #blockOf(at: number): Buffer {
    if (at === this.#blockAt) return this.#block;
    const first = at / RECORD_BYTES;
    let text = '';
    for (let index = first; index < first + BLOCK_RECORDS; index++) text += this.#record(index);
    this.#block = Buffer.from(text, 'latin1');
    this.#blockAt = at;
    return this.#block;
  }

  #record(index: number): string {
    const channel = this.#channel;
    const numbers = [index, Math.imul(index, 0x9e3779b1), Math.imul(index ^ (channel << 20), 0x85ebca6b)];
    return `${this.#way[0]}${channel.toString(16).padStart(3, '0')} ${numbers.map(hex).join(' ')}\n`;
  }
}

const scratch = Buffer.alloc(4);

/** Formats a number as eight hex digits. This is several times faster than toString(16) with padStart(). */
function hex(value: number): string {
  scratch.writeInt32BE(value | 0);
  return scratch.toString('hex');
}
