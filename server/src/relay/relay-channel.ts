/**
 * One consumer's channel at the relay: from its OPEN, while it is judged, until its two legs are no longer joined. Either
 * may lead to another hub.
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
import { holdToCredit } from './credit.ts';
import type { ChannelPath, RelayMeter } from './meter.ts';
import type { Rate } from './rate.ts';

type Open = FrameOf<typeof FrameType.OPEN>;

/** Refusals after which the opener should try again by itself; all others are final. */
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
  /** What may wait here for this user. */
  waiting: Budget;
  /** What the user may send that costs no credit, bytes. */
  overhead: Rate;
  /** The same of what providers send to this user. */
  overheadBack: Rate;
  /** Exactly once: refused, given up or no longer joined. */
  ended: (channel: RelayChannel) => void;
}

export class RelayChannel implements Port {
  readonly userId: string;
  /** The channel's name for all its life, on every hop. */
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
  /** Known once the OPEN was read. */
  vmId: string | undefined;
  /** Known once the channel is joined. */
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

  /** For logs. */
  get ids(): Record<string, string | undefined> {
    const channel = this.epoch.slice(0, 12);
    return { user: this.userId, vm: this.vmId, provider: this.providerId, channel };
  }

  /** Passes the OPEN on under a new number, with the hub's word on who asks (packed), and joins the two numbers. */
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

  /** Ends the channel in whatever state it is. */
  close(code: ErrorCode, message: string): void {
    if (this.#joined) this.#joined.reset(code, message);
    else this.#refuse(code, message);
  }

  /** The channel is attached elsewhere, or should be. */
  detach(): void {
    this.#joined?.detach('LEG_LOST');
  }

  // ---- as the port of its number while it is judged

  /** The consumer may change its mind, but has nothing else to say before ACCEPT. */
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

  // ---- inside

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
