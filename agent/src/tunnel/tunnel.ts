/** Keeps one socket to the hub, for ever: dials, says who this is, beats, and dials again when the socket is gone. */
import { Backoff, type Clock, type FrameOf, FrameType, Leg, packMeta, UniCoreError } from '@unicore/protocol';
import type { AgentHello, BeatMeta } from '@unicore/server/control';
import type { Logger } from 'pino';
import type { Credentials } from '../identity/credentials.ts';
import { type OpenSocket, openSocket } from './socket.ts';

/** The hub calls a provider unreachable after two beats are missed. */
const BEAT_MS = 5_000;
const RETRY = { first: 200, most: 5_000 };
/** A connection that lived this long was a good one: the next pause is short again. */
const STABLE_MS = 10_000;
/** Somebody else runs with our key; taking the place back at once would only make them do the same. */
const SUPERSEDED_MS = 30_000;

/** What happens on one connection. */
export interface HubSession {
  open(frame: FrameOf<typeof FrameType.OPEN>): void;
  closed(): void;
}

export type TunnelState =
  | { state: 'connecting'; error?: UniCoreError }
  | { state: 'connected' }
  /** The hub will not have this provider any more; it is not asked again. */
  | { state: 'revoked'; error: UniCoreError };

export interface TunnelOptions {
  url: string;
  credentials: Credentials;
  /** All of HELLO but the token. */
  hello(): Promise<Omit<AgentHello, 'token'>>;
  beat(): Promise<BeatMeta>;
  /** Called when a connection is up. */
  session(leg: Leg): HubSession;
  changed(state: TunnelState): void;
  clock: Clock;
  random: () => number;
  log: Logger;
  openSocket?: OpenSocket;
}

export class Tunnel {
  readonly #options: TunnelOptions;
  readonly #backoff: Backoff;
  readonly #ended = new AbortController();
  #leg: Leg | undefined;
  #session: HubSession | undefined;
  #upAt: number | undefined;
  #cancelTimer: (() => void) | undefined;
  #complaint = '';

  constructor(options: TunnelOptions) {
    this.#options = options;
    this.#backoff = new Backoff({ ...RETRY, random: options.random });
  }

  start(): void {
    this.#options.changed({ state: 'connecting' });
    void this.#connect();
  }

  /** Ends the socket and dials no more. */
  close(): void {
    this.#ended.abort();
    this.#cancelTimer?.();
    this.#leg?.close('GOING_AWAY', 'the agent stops');
  }

  async #connect(): Promise<void> {
    const { url, credentials, clock } = this.#options;
    try {
      const token = await credentials.token();
      const hello: AgentHello = { token, ...(await this.#options.hello()) };
      const socket = await (this.#options.openSocket ?? openSocket)(url, this.#ended.signal);
      if (this.#ended.signal.aborted) return socket.close(1001, 'the agent stops');
      this.#leg = new Leg({
        transport: socket,
        clock,
        peer: 'hub',
        dial: { meta: hello },
        handler: {
          welcome: () => this.#up(),
          open: (frame) => this.#session?.open(frame),
          goAway: (code, afterMs) => this.#options.log.info({ code, afterMs }, 'the hub is going away'),
          fault: (error) => this.#options.log.error({ err: error }, 'a frame could not be handled'),
          closed: (code, message) => this.#down(new UniCoreError(code, message)),
        },
      });
      socket.attach(this.#leg);
    } catch (error) {
      this.#down(asUniCoreError(error));
    }
  }

  #up(): void {
    const leg = this.#leg!;
    this.#upAt = this.#options.clock.now();
    this.#complaint = '';
    this.#options.log.info({ hub: this.#options.url }, 'connected to the hub');
    this.#session = this.#options.session(leg);
    this.#options.changed({ state: 'connected' });
    this.#beatLater(leg, 1);
  }

  #beatLater(leg: Leg, seq: number): void {
    this.#cancelTimer = this.#options.clock.after(BEAT_MS, () => void this.#beat(leg, seq));
  }

  async #beat(leg: Leg, seq: number): Promise<void> {
    try {
      const meta = packMeta(await this.#options.beat());
      if (!leg.up) return;
      leg.send({ type: FrameType.BEAT, seq, meta });
    } catch (error) {
      this.#options.log.error({ err: error }, 'the load of this machine could not be measured');
    }
    if (leg.up) this.#beatLater(leg, seq + 1);
  }

  #down(error: UniCoreError): void {
    const { clock, credentials, log, changed } = this.#options;
    this.#cancelTimer?.();
    this.#leg = undefined;
    this.#session?.closed();
    this.#session = undefined;
    if (this.#ended.signal.aborted) return;
    if (error.code === 'REVOKED') {
      this.#ended.abort();
      return changed({ state: 'revoked', error });
    }
    if (error.code === 'UNAUTHENTICATED') credentials.discard();
    if (this.#upAt !== undefined && clock.now() - this.#upAt >= STABLE_MS) this.#backoff.reset();
    this.#upAt = undefined;
    // A hub that is away for a day would fill the log with the same line.
    if (error.message !== this.#complaint) log.warn({ code: error.code }, error.message);
    this.#complaint = error.message;
    changed({ state: 'connecting', error });
    const pause = this.#backoff.next();
    this.#cancelTimer = clock.after(
      error.code === 'SUPERSEDED' ? pause + SUPERSEDED_MS : pause,
      () => void this.#connect(),
    );
  }
}

function asUniCoreError(error: unknown): UniCoreError {
  if (error instanceof UniCoreError) return error;
  return new UniCoreError('INTERNAL', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
