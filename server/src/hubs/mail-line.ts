/**
 * A leg between two hubs that cannot dial one another: its messages go as mail, which may get lost without a word. So each
 * side tells the other how far it may go, positions show what is missing, and beacons that nobody is there any more. What
 * is lost is not repaired here: the leg ends, and its channels attach anew.
 */
import {
  type Clock,
  closeCode,
  type ErrorCode,
  type Leg,
  type Transport,
  UniCoreError,
} from '@unicore/protocol';
import type { Backplane } from '../backplane/index.ts';
import type { LegMeter } from '../sockets/index.ts';
import { type Envelope, seal } from './envelope.ts';
import { MailMemory } from './mail-memory.ts';
import type { HubMeter } from './meter.ts';

/** Each side says this often that it is there, how far it is and how far the other may go, ms. */
const BEACON_MS = 500;
/** Nothing heard for three beacons: the other side is gone, or the way to it. */
const SILENT_MS = 3 * BEACON_MS;
/** What may be sent before the other side has said anything: the handshake. */
const FIRST_LIMIT = 64 * 1024;
/** As much may wait for the backplane's answers, bytes: with less, a flood would wait for each of them. */
const UNDER_WAY = 1024 * 1024;
/** So much goes at once; less waits for what others say meanwhile, bytes. */
const FULL = 32 * 1024;
/** The other side is told of new room after this share of it was used. */
const REPORT_SHARE = 4;

export interface MailLineOptions {
  backplane: Backplane;
  clock: Clock;
  meter: HubMeter & LegMeter;
  /** The other hub. */
  peer: string;
  /** Counted by the hub that dialled. */
  id: number;
  dialled: boolean;
  /** What this hub may be sent on the leg and has not taken in yet, bytes. Asked anew each time. */
  room: () => number;
}

export class MailLine implements Transport {
  readonly #options: MailLineOptions;
  readonly #memory = new MailMemory();
  #leg: Leg | undefined;
  /** Sent since the last mail, or waiting for room. */
  #batch: Uint8Array[] = [];
  #batchSize = 0;
  /** It goes when all that has arrived was dealt with. */
  #scheduled = false;
  /** Whose memory is used again once the batch was packed. */
  #lent: (() => void)[] = [];
  #corks = 0;
  /** Bytes that were given to the backplane and not taken by it yet. */
  #underWay = 0;
  #sent = 0;
  /** Since when something waits for the other side to have room. */
  #stalledAt: number | undefined;
  /** How far this side may go. */
  #limit = FIRST_LIMIT;
  #received = 0;
  /** How far the other side was told that it may go. */
  #granted = FIRST_LIMIT;
  /** The other side is there, or was. */
  #answered = false;
  #heardAt: number;
  #beaconAt: number;
  #cancelBeacon = () => {};
  #closed = false;

  constructor(options: MailLineOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
    this.#beaconAt = this.#heardAt;
  }

  /** From now on what arrives goes to this leg. */
  attach(leg: Leg): void {
    this.#leg = leg;
    this.#beacon();
  }

  // ---- as the leg's transport

  get buffered(): number {
    return this.#batchSize + Math.max(0, this.#underWay - UNDER_WAY);
  }

  send(message: Uint8Array, done?: () => void): void {
    const waits = this.#sent >= this.#limit;
    this.#batch.push(waits && done ? new Uint8Array(message) : message);
    this.#batchSize += message.length;
    if (waits) this.#stalledAt ??= this.#options.clock.now();
    this.#options.meter.message('mail', 'out', message.length);
    if (done) waits ? done() : this.#lent.push(done);
    if (this.#corks === 0) this.#postSoon();
  }

  cork(): void {
    this.#corks++;
  }

  uncork(): void {
    this.#corks--;
    if (this.#corks === 0 && this.#batchSize > 0) this.#postSoon();
  }

  close(code: number): void {
    if (this.#closed) return;
    this.#send({ ask: true, closed: code });
    this.#stop();
  }

  // ---- mail

  receive({ position, limit, closed, messages }: Envelope): void {
    if (this.#closed) return;
    if (position !== this.#received) return this.#lose('GAP', 'Something between the hubs was lost.');
    this.#heardAt = this.#options.clock.now();
    for (const message of messages) {
      this.#received += message.length;
      this.#options.meter.message('mail', 'in', message.length);
      this.#leg?.receive(message);
    }
    if (closed !== 0) {
      this.#stop();
      this.#leg?.socketClosed(closed, 'The other hub closed the leg.');
      return;
    }
    const stuck = this.#sent >= this.#limit;
    this.#limit = Math.max(this.#limit, limit);
    this.#answered = true;
    if (stuck && this.#batchSize > 0) this.#post();
    if (this.#due()) this.#post();
  }

  // ---- inside

  /**
   * One mail for the keys of all who typed in the same moment: with one for each, a hub of a thousand people who type would
   * spend a third of its time on mail.
   */
  #postSoon(): void {
    if (this.#batchSize >= FULL) return this.#post();
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.clock.soon(() => {
      this.#scheduled = false;
      if (this.#batchSize > 0) this.#post();
    });
  }

  #post(): void {
    this.#send({ ask: !this.#answered });
  }

  /** Sends what there is room for, and always how far the other side may go. ask: whether that listens. */
  #send({ ask, closed = 0 }: { ask: boolean; closed?: number }): void {
    if (this.#closed) return;
    const { backplane, peer, id, dialled } = this.#options;
    const open = this.#sent < this.#limit || closed !== 0;
    const messages = open ? this.#batch : [];
    const size = open ? this.#batchSize : 0;
    if (open) {
      this.#tellStall();
      this.#batch = [];
      this.#batchSize = 0;
    }
    this.#granted = Math.max(this.#granted, this.#received + this.#options.room());
    const [position, limit] = [this.#sent, this.#granted];
    const letter = { from: backplane.hub, to: peer, leg: id, dialled, position, limit, closed, messages };
    const mail = seal(letter, this.#memory);
    for (const done of this.#lent.splice(0)) done();
    this.#sent += size;
    this.#underWay += size;
    const sent = ask ? backplane.send(peer, mail) : backplane.post(peer, mail).then(() => true);
    sent.then(
      (there) => {
        this.#memory.giveBack(mail);
        this.#underWay -= size;
        if (!there) this.#lose('LEG_LOST', 'The other hub is gone.');
        else if (size > 0) this.#leg?.drained();
      },
      (error: unknown) => {
        this.#underWay -= size;
        if (!(error instanceof UniCoreError)) throw error;
        this.#lose(error.code, error.message);
      },
    );
  }

  #tellStall(): void {
    const { clock, meter } = this.#options;
    if (this.#stalledAt !== undefined) meter.stalled(clock.now() - this.#stalledAt);
    this.#stalledAt = undefined;
  }

  /** So much of what the other side may send has come that it should be told of more. */
  #due(): boolean {
    const room = this.#options.room();
    return this.#received + room - this.#granted >= room / REPORT_SHARE;
  }

  #beacon(): void {
    const { clock } = this.#options;
    const now = clock.now();
    // A process that was held up itself has mail to read before it may call anybody silent.
    const late = now - this.#beaconAt >= 2 * BEACON_MS;
    this.#beaconAt = now;
    if (!late && now - this.#heardAt >= SILENT_MS) {
      return this.#lose('PEER_SILENT', `Nothing was heard of the other hub for ${SILENT_MS / 1000} s.`);
    }
    this.#send({ ask: true });
    this.#cancelBeacon = clock.after(BEACON_MS, () => this.#beacon());
  }

  #lose(code: ErrorCode, message: string): void {
    if (this.#closed) return;
    // It may still be there, and should not wait for silence.
    this.#send({ ask: true, closed: closeCode('LEG_LOST') });
    this.#stop();
    this.#leg?.socketClosed(closeCode(code), message);
  }

  #stop(): void {
    this.#closed = true;
    this.#cancelBeacon();
    this.#batch = [];
    this.#batchSize = 0;
  }
}
