/** What one leg has to send: whole frames first, then channels in turn, as fast as the socket takes it. */
import type { Clock } from './clock.ts';
import { MAX_DATA, MAX_MESSAGE } from './frame.ts';

/** Stop handing bytes to a socket that holds this many unsent: they could no longer be overtaken. */
const HIGH_WATER = 64 * 1024;
/** Browsers do not tell when a socket drained, so a full one is looked at again after this long. */
const POLL_MS = 10;
/** Room for the fields of a DATA frame around its bytes. */
const DATA_OVERHEAD = 32;

/** The socket below a leg. */
export interface Transport {
  send(message: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Bytes accepted by send() and not yet handed to the kernel. */
  readonly buffered: number;
}

/** A channel that makes its next frame only when there is room for it. */
export interface Emitter {
  /** The next frame with at most `maxData` payload bytes; undefined when there is none for now. */
  emit(maxData: number): Uint8Array | undefined;
}

export class Sender {
  readonly #transport: Transport;
  readonly #clock: Clock;
  #frames: Uint8Array[] = [];
  #queued = 0;
  /** Channels with something to send; a Set keeps the turn order: who was served goes to the back. */
  readonly #wanting = new Set<Emitter>();
  #scheduled = false;
  #cancelPoll: (() => void) | undefined;
  #stopped = false;

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /** Bytes of whole frames that wait for the socket to take them. */
  get queued(): number {
    return this.#queued;
  }

  /** Queues a whole encoded frame. What is pushed in one turn of the event loop goes out as one message. */
  push(frame: Uint8Array): void {
    if (this.#stopped) return;
    this.#frames.push(frame);
    this.#queued += frame.length;
    this.#schedule();
  }

  /** The channel has something to send and will be asked for it. */
  want(emitter: Emitter): void {
    if (this.#stopped) return;
    this.#wanting.add(emitter);
    this.#schedule();
  }

  forget(emitter: Emitter): void {
    this.#wanting.delete(emitter);
  }

  /** Sends what the socket takes now. Called by the socket, too, when its queue went down. */
  flush(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
    while (!this.#stopped && (this.#frames.length > 0 || this.#wanting.size > 0)) {
      if (this.#transport.buffered >= HIGH_WATER) {
        this.#cancelPoll = this.#clock.after(POLL_MS, () => this.flush());
        return;
      }
      const message = this.#nextMessage();
      if (message !== undefined) this.#transport.send(message);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPoll?.();
    this.#frames = [];
    this.#queued = 0;
    this.#wanting.clear();
  }

  #schedule(): void {
    if (this.#scheduled || this.#cancelPoll !== undefined) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  #nextMessage(): Uint8Array | undefined {
    const batch: Uint8Array[] = [];
    let size = 0;
    let taken = 0;
    for (const frame of this.#frames) {
      if (size + frame.length > MAX_MESSAGE) break;
      batch.push(frame);
      size += frame.length;
      taken++;
    }
    this.#queued -= size;
    // Emptied in place of spliced: the common case is that everything fits, and a splice of all costs a copy.
    this.#frames = taken === this.#frames.length ? [] : this.#frames.slice(taken);
    if (this.#frames.length === 0) size = this.#gather(batch, size);
    return size === 0 ? undefined : concat(batch, size);
  }

  #gather(batch: Uint8Array[], already: number): number {
    let size = already;
    for (const emitter of [...this.#wanting]) {
      // Always room for a whole frame: what is sent again then goes in the pieces in which it went first, and a source
      // that cut between characters is not undone.
      if (MAX_MESSAGE - size - DATA_OVERHEAD < MAX_DATA) break;
      this.#wanting.delete(emitter);
      const frame = emitter.emit(MAX_DATA);
      if (frame === undefined) continue;
      this.#wanting.add(emitter);
      batch.push(frame);
      size += frame.length;
    }
    return size;
  }
}

function concat(parts: Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
