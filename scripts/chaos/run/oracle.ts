/**
 * Computes the expected byte at each offset of a channel and direction, so that every byte that arrives can be judged by
 * itself. peer.pl, the program in the terminal, computes the same.
 *
 * The stream consists of records of 32 bytes: direction and channel, the record's index, and two numbers computed from both,
 * such as "d003 00000010 e3779b10 5ebca6b0\n". A record says where it belongs, so a wrong one tells what has happened. Its
 * only control character is the newline.
 */

export const RECORD_BYTES = 32;
/** Records computed at a time, so that small reads do not compute the same record again. */
const BLOCK_RECORDS = 128;
const BLOCK_BYTES = RECORD_BYTES * BLOCK_RECORDS;

/** down: program to consumer. up: consumer to program. */
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

  /** Expected bytes from this offset on; they may be a view that is valid until the next call only. */
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

  /** Says what is wrong with bytes that arrived at this offset; undefined if nothing is. */
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

/** Eight hex digits, several times faster than toString(16) with padStart(). */
function hex(value: number): string {
  scratch.writeInt32BE(value | 0);
  return scratch.toString('hex');
}
