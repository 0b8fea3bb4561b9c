/**
 * Manages this hub's legs through Redis: passes each message from another hub (an envelope) to its leg, and answers
 * envelopes of unknown legs.
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
 * Total window of all legs: bytes that may be on their way to this hub. Redis disconnects a subscriber without notice
 * if 8 MiB wait for it for a minute, or 32 MiB at once.
 */
const INBOX = 6 * 1024 * 1024;

export interface PostOfficeOptions {
  backplane: Backplane;
  clock: Clock;
  log: Logger;
  meter: HubMeter & LegMeter;
  /** Called when another hub opens a channel on its leg to this one. */
  opened: OpenedLeg;
  /** Called when another hub's leg is up; the returned function is called when it closes. */
  accepted(leg: Leg): () => void;
}

export class PostOffice implements HubDialer {
  readonly name = 'mail';
  readonly #options: PostOfficeOptions;
  /** Legs by hub, number and dialling side. */
  readonly #lines = new Map<string, MailLine>();
  /**
   * Starts at a random number, so that a hub that still has an old leg of this hub cannot mistake the new one for it.
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

  /** Metrics handlers that all legs share, whichever side dialled them. */
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
   * Answers an envelope of an unknown leg with a close, so that the other side need not wait for the heartbeat timeout.
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
    // If this is lost, the other side's heartbeat timeout ends the leg.
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

/** Key of a leg. It includes the dialling side, because two hubs may have dialled one another with the same number. */
function nameOf(peer: string, id: number, dialled: boolean): string {
  return `${peer} ${id} ${dialled}`;
}
