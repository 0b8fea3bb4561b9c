/** The legs between this hub and others: one to each hub that a consumer here needs, and one from each that needs us. */
import { randomInt } from 'node:crypto';
import {
  type Clock,
  closeCode,
  type FrameOf,
  type FrameType,
  Leg,
  type LegHandler,
  UniCoreError,
} from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import { type Envelope, seal, unseal } from './envelope.ts';
import { MailLine } from './mail-line.ts';

/**
 * What may be on its way to this hub, in all, bytes. Redis cuts a subscriber for whom 8 MiB wait for a minute, or 32 MiB at
 * once, and tells nobody.
 */
const INBOX = 6 * 1024 * 1024;

export interface HubLegsOptions {
  backplane: Backplane;
  clock: Clock;
  log: Logger;
  /** Another hub opens a channel to a provider of ours. */
  opened(leg: Leg, open: FrameOf<typeof FrameType.OPEN>): void;
}

/** One leg, and its way. */
interface Held {
  leg: Leg;
  line: MailLine;
  id: number;
  peer: string;
}

export class HubLegs {
  readonly #options: HubLegsOptions;
  /** By the other hub's name: dialled by us, and by them. */
  readonly #ours = new Map<string, Held & { up: Promise<Leg> }>();
  readonly #theirs = new Map<string, Held>();
  /** Not from 0: a hub that knows this one by another leg must not take the new one for it. */
  #lastId = randomInt(2 ** 31);
  #closed = false;

  constructor(options: HubLegsOptions) {
    this.#options = options;
  }

  /** Legs that are there. */
  get size(): number {
    return this.#ours.size + this.#theirs.size;
  }

  /** Our leg to this hub, once it is up. Rejects within seconds where the hub does not answer. */
  to(peer: string): Promise<Leg> {
    return this.#ours.get(peer)?.up ?? this.#dial(peer);
  }

  /** Mail for this hub. */
  mail(bytes: Uint8Array): void {
    const { backplane, log } = this.#options;
    try {
      const envelope = unseal(bytes);
      if (envelope.to !== backplane.hub || this.#closed) return;
      const { from, leg, dialled, position, closed } = envelope;
      const held = (dialled ? this.#theirs : this.#ours).get(from);
      if (held?.id === leg) held.line.receive(envelope);
      else if (closed !== 0) return;
      else if (dialled && position === 0) this.#accept(envelope);
      else this.#refuse(envelope);
    } catch (error) {
      log.error({ err: error }, 'mail of another hub could not be read');
    }
  }

  close(): void {
    this.#closed = true;
    for (const { leg } of [...this.#ours.values(), ...this.#theirs.values()]) {
      leg.close('GOING_AWAY', 'This hub stops.');
    }
  }

  // ---- inside

  #dial(peer: string): Promise<Leg> {
    const { clock, log } = this.#options;
    const id = ++this.#lastId;
    const line = this.#line(peer, id, true);
    let leg: Leg;
    const up = new Promise<Leg>((resolve, reject) => {
      leg = new Leg({
        transport: line,
        clock,
        peer: 'hub',
        dial: { meta: {} },
        handler: {
          welcome: () => {
            log.info({ peer }, 'leg to another hub is up');
            resolve(leg);
          },
          ...this.#faults(),
          closed: (code, message) => {
            if (this.#ours.get(peer)?.id === id) this.#ours.delete(peer);
            log.info({ peer, code, reason: message }, 'leg to another hub closed');
            reject(new UniCoreError(code, message));
          },
        },
      });
    });
    // Whoever asked has heard of it.
    up.catch(() => {});
    this.#ours.set(peer, { leg: leg!, line, id, peer, up });
    line.attach(leg!);
    return up;
  }

  #accept(envelope: Envelope): void {
    const { clock, log, opened } = this.#options;
    const { from: peer, leg: id } = envelope;
    // That hub has given up the one before.
    this.#theirs.get(peer)?.leg.close('LEG_LOST', 'The other hub has opened another leg.');
    const line = this.#line(peer, id, false);
    const leg: Leg = new Leg({
      transport: line,
      clock,
      peer: 'relay',
      handler: {
        hello: () => leg.welcome({}),
        open: (frame) => opened(leg, frame),
        ...this.#faults(),
        closed: (code, message) => {
          if (this.#theirs.get(peer)?.id === id) this.#theirs.delete(peer);
          log.info({ peer, code, reason: message }, 'leg from another hub closed');
        },
      },
    });
    this.#theirs.set(peer, { leg, line, id, peer });
    line.attach(leg);
    line.receive(envelope);
  }

  /** A leg that is not known here is over: the other side need not wait for silence. */
  #refuse({ from, leg, dialled }: Envelope): void {
    const { backplane } = this.#options;
    const ended = {
      from: backplane.hub,
      to: from,
      leg,
      dialled: !dialled,
      position: 0,
      limit: 0,
      messages: [],
    };
    // Where this gets lost, silence tells.
    backplane.send(from, seal({ ...ended, closed: closeCode('LEG_LOST') })).catch(() => {});
  }

  #line(peer: string, id: number, dialled: boolean): MailLine {
    const { backplane, clock } = this.#options;
    return new MailLine({
      backplane,
      clock,
      peer,
      id,
      dialled,
      room: () => Math.floor(INBOX / Math.max(1, this.size)),
    });
  }

  #faults(): Pick<LegHandler, 'fault'> {
    return { fault: (error) => this.#options.log.error({ err: error }, 'a frame could not be handled') };
  }
}
