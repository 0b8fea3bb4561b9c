/**
 * One consumer's channel at the relay, from its OPEN until its two legs are no longer joined. Either leg may lead to
 * another hub.
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

/** Error codes after which the consumer should retry by itself (DETACHED). All other refusals are final (RESET). */
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
  /** Budget for this user's bytes that wait in this hub. */
  waiting: Budget;
  /** Rate limit for bytes from the user that cost no credit. */
  overhead: Rate;
  /** Rate limit for bytes from providers to the user that cost no credit. */
  overheadBack: Rate;
  /** Called exactly once, when the channel was refused, withdrawn or closed. */
  ended: (channel: RelayChannel) => void;
}

export class RelayChannel implements Port {
  readonly userId: string;
  /** The channel's epoch in hex: the name of the channel that is the same on every hop. */
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
  /** Id of the VM; set once the OPEN was parsed. */
  vmId: string | undefined;
  /** Id of the provider; set once the channel is joined. */
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

  /** Fields for log lines. */
  get ids(): Record<string, string | undefined> {
    const channel = this.epoch.slice(0, 12);
    return { user: this.userId, vm: this.vmId, provider: this.providerId, channel };
  }

  /**
   * Forwards the OPEN on the provider's leg under a new channel number and joins the two numbers. auth: the consumer's
   * verified identity and rights, packed.
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

  /** Closes the channel, whether it is joined or its OPEN is still unanswered. */
  close(code: ErrorCode, message: string): void {
    if (this.#joined) this.#joined.reset(code, message);
    else this.#refuse(code, message);
  }

  /** Breaks the hop so that the channel attaches again. Used if it is attached elsewhere, or should be. */
  detach(): void {
    this.#joined?.detach('LEG_LOST');
  }

  // ---- port until ACCEPT

  /** Before ACCEPT, the consumer may withdraw its OPEN with RESET and send nothing else. */
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
