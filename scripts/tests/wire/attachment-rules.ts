/** Checks one channel number on one leg against PROTOCOL.md section 5, from its OPEN to its end. */
import { isDeepStrictEqual } from 'node:util';
import { inflated, readsDataz } from './deflated.ts';
import type { ChannelFrame } from './frames.ts';
import { CHANNEL_UNKNOWN, GOING_AWAY, OK, WINDOWS } from './roles.ts';
import type { Stream } from './stream.ts';

type Of<T extends ChannelFrame['type']> = Extract<ChannelFrame, { readonly type: T }>;

export type EndName = 'opener' | 'acceptor';

/** Frame types that may pass before an OPEN is answered. */
const FIRST: ReadonlySet<string> = new Set(['OPEN', 'ACCEPT', 'RESET', 'DETACHED']);

/** All bytes that a channel has carried in its whole lifetime, by sender. */
export type Streams = Readonly<Record<EndName, Stream>>;

/** State of one end in this attachment, as seen by an observer between the two ends. */
interface End {
  readonly sends: Stream;
  /**
   * Offset at which the end's next frame must begin. The offset may be higher if earlier bytes were confirmed
   * on another path.
   */
  next: number;
  /** The end may send bytes below this offset. */
  limit: number;
  /** Position of the end's last ACK. */
  consumed: number;
  readsDataz: boolean;
  /** Number of the end's SYNCs that are not answered yet. */
  asked: number;
  /**
   * True after the end sent RESET or DETACHED. Its later frames can only answer frames that were in flight.
   */
  ended: boolean;
}

const end = (sends: Stream): End => ({
  sends,
  next: 0,
  limit: 0,
  consumed: 0,
  readsDataz: false,
  asked: 0,
  ended: false,
});

export class AttachmentRules {
  readonly open: Of<'OPEN'>;
  readonly #ends: Readonly<Record<EndName, End>>;
  attached = false;

  constructor(open: Of<'OPEN'>, streams: Streams) {
    if (open.attach < 1) throw new Error('attach begins with 1');
    this.open = open;
    this.#ends = { opener: end(streams.opener), acceptor: end(streams.acceptor) };
    this.#ends.acceptor.next = open.recvNext;
    this.#ends.opener.readsDataz = readsDataz(open.meta);
    this.#grant('opener', open.recvNext, open.limit);
  }

  pass(by: EndName, frame: ChannelFrame): void {
    const self = this.#ends[by];
    if (self.ended) {
      if (frame.type === 'RESET' && frame.code === CHANNEL_UNKNOWN) return;
      throw new Error(`${frame.type} of an end that is over`);
    }
    if (!this.attached && !FIRST.has(frame.type)) throw new Error(`${frame.type} before ACCEPT`);
    this.#follow(by, self, frame);
  }

  #follow(by: EndName, self: End, frame: ChannelFrame): void {
    switch (frame.type) {
      case 'OPEN':
        only('opener', by);
        if (!isDeepStrictEqual(frame, this.open)) throw new Error('OPEN again, but not the same');
        break;
      case 'ACCEPT':
        only('acceptor', by);
        this.#accept(frame);
        break;
      case 'DATA':
        this.#bytes(self, frame.off, frame.bytes);
        break;
      case 'DATAZ':
        if (!this.#ends[other(by)].readsDataz) throw new Error('DATAZ to an end that does not read it');
        this.#bytes(self, frame.off, inflated(frame, self.sends.bytes));
        break;
      case 'FIN':
        follows(self, frame.finalOff, 'FIN');
        self.sends.finish(frame.finalOff);
        self.next = frame.finalOff + 1;
        break;
      case 'ACK':
        if (frame.consumed < self.consumed) throw new Error(`consumed falls from ${self.consumed}`);
        self.consumed = frame.consumed;
        this.#grant(by, frame.consumed, frame.limit);
        break;
      case 'SYNC':
        this.#sync(by, frame);
        break;
      case 'DETACHED':
        // After GOING_AWAY, the path still works for a while.
        self.ended = frame.code !== GOING_AWAY;
        break;
      case 'RESET':
        if (by === 'opener' && frame.code === OK) this.#mustBeComplete();
        self.ended = true;
    }
  }

  #accept(frame: Of<'ACCEPT'>): void {
    if (frame.attach !== this.open.attach) throw new Error(`ACCEPT of attachment ${frame.attach}`);
    if (this.attached) return;
    this.attached = true;
    this.#ends.opener.next = frame.recvNext;
    this.#ends.acceptor.readsDataz = readsDataz(frame.meta);
    this.#grant('acceptor', frame.recvNext, frame.limit);
  }

  #bytes(self: End, off: number, bytes: Uint8Array): void {
    follows(self, off, 'bytes');
    self.next = off + bytes.length;
    if (self.next > self.limit) throw new Error(`bytes up to ${self.next} beyond the limit ${self.limit}`);
    self.sends.take(off, bytes);
  }

  #sync(by: EndName, frame: Of<'SYNC'>): void {
    const [self, peer] = [this.#ends[by], this.#ends[other(by)]];
    if (frame.attach !== this.open.attach) throw new Error(`SYNC of attachment ${frame.attach}`);
    follows(self, frame.sentEnd, 'sentEnd');
    if (!frame.reply) self.asked++;
    else if (peer.asked-- === 0) throw new Error('a SYNC that answers none');
    // A SYNC keeps its order among the bytes, so ACKs may overtake the SYNC.
    if (frame.limit >= peer.limit) this.#grant(by, frame.recvNext, frame.limit);
  }

  /** Notes that this end has confirmed bytes below `position`, and allows its peer to send below `limit`. */
  #grant(by: EndName, position: number, limit: number): void {
    const peer = this.#ends[other(by)];
    if (position > peer.sends.end) throw new Error(`position ${position} was never sent`);
    if (limit < peer.limit) throw new Error(`the limit falls from ${peer.limit} to ${limit}`);
    const window = WINDOWS[this.open.kind];
    if (window !== undefined && limit - position > window) throw new Error(`a window of ${limit - position}`);
    peer.sends.confirmed = Math.max(peer.sends.confirmed, position);
    peer.limit = limit;
  }

  #mustBeComplete(): void {
    for (const { sends } of Object.values(this.#ends)) {
      if (sends.finalOff === undefined || sends.confirmed !== sends.end) {
        throw new Error('RESET(OK) before both directions were confirmed');
      }
    }
  }
}

function follows({ next, sends }: End, off: number, what: string): void {
  if (off === next || (off > next && off <= sends.confirmed)) return;
  throw new Error(`${what} at ${off} instead of ${next}`);
}

const other = (name: EndName): EndName => (name === 'opener' ? 'acceptor' : 'opener');

function only(name: EndName, by: EndName): void {
  if (name !== by) throw new Error(`a frame of the ${name} by the ${by}`);
}
