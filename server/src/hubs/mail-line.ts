/**
 * Transport of a connection (leg) between two hubs that have no socket to one another. It sends messages
 * through Redis (mail), which may drop messages without notice. Flow-control windows limit the data in
 * flight. Byte positions reveal lost messages, and heartbeats reveal a dead peer. Lost messages are not sent
 * again: the connection ends, and its channels continue on a new connection.
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

/**
 * Heartbeat interval, ms. A heartbeat tells the other hub how many bytes this hub has sent, and how many
 * bytes the other hub may send.
 */
const BEACON_MS = 500;
/**
 * If no message of the other hub arrives for this time, ms, the other hub counts as dead or unreachable. The
 * time is three heartbeat intervals.
 */
const SILENT_MS = 3 * BEACON_MS;
/**
 * Number of message bytes that a hub may send on a new connection before the other hub has answered. The
 * number is enough for the handshake.
 */
const FIRST_LIMIT = 64 * 1024;
/**
 * Number of bytes that may wait for answers of the backplane before back-pressure starts. With a lower limit,
 * bulk output would wait for each answer.
 */
const UNDER_WAY = 1024 * 1024;
/**
 * A batch of at least this many bytes is sent at once. A smaller batch waits for more messages of the same
 * event-loop turn.
 */
const FULL = 32 * 1024;
/** When the other hub has used 1/4 of its flow-control window, this hub gives it a new window. */
const REPORT_SHARE = 4;

export interface MailLineOptions {
  backplane: Backplane;
  clock: Clock;
  meter: HubMeter & LegMeter;
  /** Name of the other hub. */
  peer: string;
  /**
   * Number of the connection (leg) between the two hubs. The hub that dialled the connection chose the
   * number.
   */
  id: number;
  dialled: boolean;
  /**
   * Returns the window size: the number of bytes that the other hub may send beyond those already received.
   * The size may change, so the function is called for each message.
   */
  room: () => number;
}

export class MailLine implements Transport {
  readonly #options: MailLineOptions;
  readonly #memory = new MailMemory();
  #leg: Leg | undefined;
  /** The messages that wait to be sent. */
  #batch: Uint8Array[] = [];
  #batchSize = 0;
  /**
   * True if the waiting messages will be sent at the end of this event-loop turn, after all received data has
   * been handled.
   */
  #scheduled = false;
  /** Callbacks that release the memory of messages. They are called when the batch has been serialised. */
  #lent: (() => void)[] = [];
  #corks = 0;
  /** Number of bytes that this hub gave to the backplane and that the backplane has not accepted yet. */
  #underWay = 0;
  #sent = 0;
  /**
   * The time at which messages began to wait, because the flow-control window to the other hub was full.
   * Undefined if no messages wait for the window.
   */
  #stalledAt: number | undefined;
  /** Number of bytes that this hub may send on this connection in total. */
  #limit = FIRST_LIMIT;
  #received = 0;
  /** Number of bytes that the other hub may send on this connection in total. */
  #granted = FIRST_LIMIT;
  /** True if the other hub has sent at least one message on this connection. */
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

  /**
   * Connects this transport to its end of the connection (leg), which gets all incoming messages from now on.
   * Starts the heartbeats.
   */
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
   * Sends the messages of one event-loop turn as one batch. With one envelope per keystroke, a hub with a
   * thousand typing users would spend a third of its time on envelopes.
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
   * Sends the waiting messages if the flow-control window to the other hub is not full. In any case tells the
   * other hub how many bytes it may send. ask: also finds out whether the other hub listens.
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

  /**
   * Returns whether the other hub has used so much of its flow-control window that it should get a new one.
   */
  #due(): boolean {
    const room = this.#options.room();
    return this.#received + room - this.#granted >= room / REPORT_SHARE;
  }

  #beacon(): void {
    const { clock } = this.#options;
    const now = clock.now();
    // If this process was blocked for some time, messages may wait unread. The process must read them before
    // it may declare the other hub dead.
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
    // This connection has failed, but the other hub may still be alive. The message tells the other hub that
    // the connection has ended. Otherwise the other hub would notice only after the heartbeat timeout.
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
