/**
 * Transport of a leg between two hubs that have no socket to one another: it sends messages through Redis (mail), which
 * may silently drop them. Each side grants the other a window, positions reveal gaps, and heartbeats reveal a dead
 * peer. Losses are not repaired: the leg ends, and its channels attach again.
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

/** Heartbeat interval, ms. A heartbeat carries this side's position and the other side's window. */
const BEACON_MS = 500;
/** After three missed heartbeats the other hub counts as gone or unreachable. */
const SILENT_MS = 3 * BEACON_MS;
/** Bytes that may be sent before the other side has answered: enough for the handshake. */
const FIRST_LIMIT = 64 * 1024;
/**
 * Bytes that may wait for the backplane's answers before back-pressure starts. With a lower limit, a flood of output
 * would wait for each answer.
 */
const UNDER_WAY = 1024 * 1024;
/** A batch of at least this many bytes is sent at once; a smaller one waits for more messages from the same turn. */
const FULL = 32 * 1024;
/** The other side gets a new window after it has used this fraction (1/4) of it. */
const REPORT_SHARE = 4;

export interface MailLineOptions {
  backplane: Backplane;
  clock: Clock;
  meter: HubMeter & LegMeter;
  /** Name of the other hub. */
  peer: string;
  /** Number of the leg, counted by the hub that dialled it. */
  id: number;
  dialled: boolean;
  /** Size of the window: bytes that the other side may send beyond what was received. Called again each time. */
  room: () => number;
}

export class MailLine implements Transport {
  readonly #options: MailLineOptions;
  readonly #memory = new MailMemory();
  #leg: Leg | undefined;
  /** Messages waiting to be sent. */
  #batch: Uint8Array[] = [];
  #batchSize = 0;
  /** Whether a send is scheduled for the end of this turn, after all received data was handled. */
  #scheduled = false;
  /** Callbacks that release the messages' memory, to be called once the batch is serialised. */
  #lent: (() => void)[] = [];
  #corks = 0;
  /** Bytes handed to the backplane and not yet accepted by it. */
  #underWay = 0;
  #sent = 0;
  /** Time since when messages have waited for the other side's window. */
  #stalledAt: number | undefined;
  /** Position up to which this side may send. */
  #limit = FIRST_LIMIT;
  #received = 0;
  /** Position up to which the other side has been allowed to send. */
  #granted = FIRST_LIMIT;
  /** Whether the other hub has ever sent anything on this leg. */
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

  /** Passes incoming messages to this leg from now on. */
  attach(leg: Leg): void {
    this.#leg = leg;
    this.#beacon();
  }

  // ---- the leg's transport

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

  // ---- incoming messages

  receive({ position, limit, closed, messages }: Envelope): void {
    if (this.#closed) return;
    if (position !== this.#received) return this.#lose('GAP', 'A message between the hubs was lost.');
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

  // ---- private

  /**
   * Batches the messages of one turn. With one envelope per keystroke, a hub with a thousand typing users would spend a
   * third of its time on envelopes.
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

  /**
   * Sends the waiting messages if the other side's window allows it, and grants the other side a window in any case.
   * ask: also finds out whether the other hub listens.
   */
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

  /** Whether the other side has used enough of its window to be granted more. */
  #due(): boolean {
    const room = this.#options.room();
    return this.#received + room - this.#granted >= room / REPORT_SHARE;
  }

  #beacon(): void {
    const { clock } = this.#options;
    const now = clock.now();
    // If this process stood still, it must read its waiting messages before it declares the other hub silent.
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
    // The other hub may still be alive and should not have to wait for the heartbeat timeout.
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
