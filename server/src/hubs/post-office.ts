/**
 * Manages this hub's connections to other hubs (legs) through Redis. Passes each message from another hub (an
 * envelope) to its connection. Answers envelopes of unknown connections.
 */
import { randomInt } from 'node:crypto';
import { type Clock, closeCode, Leg } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import type { LegMeter } from '../sockets/index.ts';
import { type Envelope, seal, unseal } from './envelope.ts';
import { greeted, type HubDialer, type LegEvents, type OpenedLeg } from './hub-dialer.ts';
import { MailLine } from './mail-line.ts';
import type { HubMeter } from './meter.ts';

/**
 * Total flow-control window of all connections through Redis, bytes. The total limits how much data can wait
 * for this hub in Redis. Redis disconnects a subscriber without notice if 8 MiB wait for a minute, or 32 MiB
 * at any moment.
 */
const INBOX = 6 * 1024 * 1024;

export interface PostOfficeOptions {
  backplane: Backplane;
  clock: Clock;
  log: Logger;
  meter: HubMeter & LegMeter;
  /** Called when another hub opens a channel on a connection (leg) that it dialled to this hub. */
  opened: OpenedLeg;
  /**
   * Called when a connection (leg) that another hub dialled is up. Must return a function, which is called
   * when that connection closes.
   */
  accepted(leg: Leg): () => void;
}

export class PostOffice implements HubDialer {
  readonly name = 'mail';
  readonly #options: PostOfficeOptions;
  /**
   * Connections (legs) through Redis. A key consists of the other hub's name, the connection's number and the
   * dialling side.
   */
  readonly #lines = new Map<string, MailLine>();
  /**
   * Number of the last connection that this hub dialled. The first number is random, so that another hub
   * cannot mistake a new connection of this hub for an old one.
   */
  #lastId = randomInt(2 ** 31);
  #closed = false;

  constructor(options: PostOfficeOptions) {
    this.#options = options;
  }

  dial(peer: string, events: LegEvents): Promise<Leg> {
    const { clock } = this.#options;
    const id = ++this.#lastId;
    const line = this.#line(peer, id, true);
    return greeted(events, (handler) => {
      const leg = new Leg({
        transport: line,
        clock,
        peer: 'hub',
        dial: { meta: {} },
        handler: {
          ...handler,
          ...this.#told,
          closed: (code, message) => {
            this.#lines.delete(nameOf(peer, id, true));
            handler.closed(code, message);
          },
        },
      });
      line.attach(leg);
      return leg;
    });
  }

  /** Handles a message (an envelope) that came from another hub through Redis. */
  deliver(mail: Buffer): void {
    const { backplane, log, meter } = this.#options;
    try {
      const envelope = unseal(mail);
      if (envelope.to !== backplane.hub || this.#closed) return;
      const { from, leg, dialled, position, closed } = envelope;
      const line = this.#lines.get(nameOf(from, leg, !dialled));
      if (line) line.receive(envelope);
      else if (closed !== 0) return;
      else if (dialled && position === 0) this.#accept(envelope);
      else this.#refuse(envelope);
    } catch (error) {
      meter.strayMail();
      log.error({ err: error }, 'a message of another hub could not be read');
    }
  }

  close(): void {
    this.#closed = true;
  }

  /**
   * Handlers that report metrics of connections through Redis. Dialled and accepted connections use the same
   * handlers.
   */
  get #told() {
    const { meter } = this.#options;
    return {
      measured: (rtt: number) => meter.measured('mail', rtt),
      stray: () => meter.stray('mail'),
    };
  }

  #accept(envelope: Envelope): void {
    const { clock, log, opened, accepted } = this.#options;
    const { from: peer, leg: id } = envelope;
    const line = this.#line(peer, id, false);
    let left = () => {};
    const leg: Leg = new Leg({
      transport: line,
      clock,
      peer: 'relay',
      handler: {
        hello() {
          leg.welcome({});
          left = accepted(leg);
        },
        open: (frame) => opened(leg, frame),
        ...this.#told,
        fault: (error) => log.error({ err: error }, 'a frame could not be handled'),
        closed: () => {
          this.#lines.delete(nameOf(peer, id, false));
          left();
        },
      },
    });
    line.attach(leg);
    line.receive(envelope);
  }

  /**
   * Answers an envelope of an unknown connection (leg) with a close, so that the other hub need not wait for
   * the heartbeat timeout.
   */
  #refuse({ from, leg, dialled }: Envelope): void {
    const { backplane, meter } = this.#options;
    meter.strayMail();
    const ended = {
      from: backplane.hub,
      to: from,
      leg,
      dialled: !dialled,
      position: 0,
      limit: 0,
      messages: [],
    };
    // The answer may be lost. In that case the other hub ends the connection after its heartbeat timeout.
    backplane.send(from, seal({ ...ended, closed: closeCode('LEG_LOST') })).catch(() => {});
  }

  #line(peer: string, id: number, dialled: boolean): MailLine {
    const { backplane, clock, meter } = this.#options;
    const room = () => Math.floor(INBOX / Math.max(1, this.#lines.size));
    const line = new MailLine({ backplane, clock, meter, peer, id, dialled, room });
    this.#lines.set(nameOf(peer, id, dialled), line);
    return line;
  }
}

/**
 * Returns the key of a connection (leg). The key includes the dialling side, because two hubs may each have
 * dialled a connection with the same number.
 */
function nameOf(peer: string, id: number, dialled: boolean): string {
  return `${peer} ${id} ${dialled}`;
}
