/**
 * One consumer's channel at the relay. It exists from the OPEN frame until the hub stops forwarding frames
 * between the channel's two connections. Either connection may lead to another hub.
 */
import {
  type Budget,
  ERRORS,
  type ErrorCode,
  type FrameOf,
  FrameType,
  type Joined,
  join,
  type Leg,
  type Port,
  UniCoreError,
} from '@unicore/protocol';
import type { Rate } from '../rate.ts';
import { holdToCredit } from './credit.ts';
import type { ChannelPath, RelayMeter } from './meter.ts';

type Open = FrameOf<typeof FrameType.OPEN>;

/**
 * If an OPEN fails with one of these errors, the consumer should retry, so the relay answers DETACHED. All
 * other errors are final, and the relay answers RESET.
 */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'PROVIDER_UNREACHABLE',
  'RATE_LIMITED',
  'BACKPLANE_DOWN',
  'LEG_LOST',
  'PEER_SILENT',
  'GAP',
  'GOING_AWAY',
  'TIMEOUT',
]);

export interface RelayChannelOptions {
  leg: Leg;
  open: Open;
  userId: string;
  meter: RelayMeter;
  /** Limits how many bytes of this user may wait in this hub. */
  waiting: Budget;
  /** Rate limiter for bytes that come from the user and cost no credit. */
  overhead: Rate;
  /** Rate limiter for bytes that go from providers to the user and cost no credit. */
  overheadBack: Rate;
  /** Called exactly once, when the channel was refused, withdrawn or closed. */
  ended: (channel: RelayChannel) => void;
}

export class RelayChannel implements Port {
  readonly userId: string;
  /**
   * The channel's unique id (epoch) in hexadecimal. All hubs on the path from consumer to provider use the
   * same id.
   */
  readonly epoch: string;
  readonly #leg: Leg;
  readonly #open: Open;
  readonly #meter: RelayMeter;
  readonly #waiting: Budget;
  readonly #overhead: Rate;
  readonly #overheadBack: Rate;
  readonly #ended: (channel: RelayChannel) => void;
  #joined: Joined | undefined;
  #path: ChannelPath | undefined;
  #over = false;
  /** Id of the VM or of the desktop's session. Undefined until the OPEN frame has been parsed. */
  target: string | undefined;
  /** Id of the provider. Undefined until the channel is connected to the provider. */
  providerId: string | undefined;

  constructor({ leg, open, userId, meter, waiting, overhead, overheadBack, ended }: RelayChannelOptions) {
    this.#leg = leg;
    this.#open = open;
    this.epoch = Buffer.from(open.epoch).toString('hex');
    this.#meter = meter;
    this.#waiting = waiting;
    this.#overhead = overhead;
    this.#overheadBack = overheadBack;
    this.#ended = ended;
    this.userId = userId;
    leg.bind(open.ch, this);
  }

  get over(): boolean {
    return this.#over;
  }

  /** Returns the ids that log lines about this channel contain. */
  get ids(): Record<string, string | undefined> {
    const channel = this.epoch.slice(0, 12);
    return { user: this.userId, target: this.target, provider: this.providerId, channel };
  }

  /**
   * Sends the OPEN frame to the provider under a new channel number, and connects the two channel numbers.
   * `auth` holds the consumer's verified identity and rights, encoded for the frame.
   */
  join(provider: Leg, providerId: string, auth: Uint8Array): void {
    const ch = provider.allocate();
    const { ch: consumerCh, limit, recvNext } = this.#open;
    this.providerId = providerId;
    this.#joined = join(this.#leg, consumerCh, provider, ch, {
      group: this.userId,
      budget: this.#waiting,
      frame: (bytes) => this.#meter.forwarded(bytes),
      purged: () => this.#meter.purged(),
      end: () => this.#end(),
    });
    holdToCredit(
      { leg: this.#leg, ch: consumerCh, limit: 0, passed: 0, overhead: this.#overhead },
      { leg: provider, ch, limit, passed: recvNext, overhead: this.#overheadBack },
      (code, message) => this.close(code, message),
    );
    this.#path = {
      from: this.#leg.peer === 'relay' ? 'hub' : 'consumer',
      to: provider.peer === 'hub' ? 'hub' : 'provider',
    };
    this.#meter.channels(this.#path, 1);
    provider.send({ ...this.#open, ch, auth });
  }

  /** Closes the channel. If the OPEN frame is still unanswered, refuses it. */
  close(code: ErrorCode, message: string): void {
    if (this.#joined) this.#joined.reset(code, message);
    else this.#refuse(code, message);
  }

  /**
   * Ends this attachment, which is the channel's path through one socket of the consumer. The channel itself
   * stays open. Called for an old attachment when the consumer attaches the channel again through a newer
   * socket.
   */
  detach(): void {
    this.#joined?.detach('LEG_LOST');
  }

  // ---- port until ACCEPT

  /**
   * Before ACCEPT, the consumer may only send RESET, which withdraws its OPEN. Any other frame is an error.
   */
  receive(type: number): void {
    if (type !== FrameType.RESET) {
      throw new UniCoreError('FLOW_VIOLATION', 'Nothing may be sent on a channel before ACCEPT.');
    }
    this.#leg.unbind(this.#open.ch);
    this.#end();
  }

  lost(): void {
    this.#end();
  }

  // ---- private

  #refuse(code: ErrorCode, message: string): void {
    if (this.#over) return;
    const { ch } = this.#open;
    const { number } = ERRORS[code];
    this.#leg.unbind(ch);
    this.#meter.refused(code);
    if (PASSING.has(code)) this.#leg.send({ type: FrameType.DETACHED, ch, code: number });
    else this.#leg.send({ type: FrameType.RESET, ch, code: number, message });
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#path) this.#meter.channels(this.#path, -1);
    this.#ended(this);
  }
}
