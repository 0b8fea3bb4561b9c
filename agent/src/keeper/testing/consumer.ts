/** A consumer of a keeper's terminals. A relay between the two adds `auth` to OPEN, as a hub does. */
import { randomBytes } from 'node:crypto';
import {
  type ErrorCode,
  type FrameOf,
  FrameType,
  join,
  type Leg,
  Opener,
  packMeta,
  systemClock,
} from '@unicore/protocol';
import type { TerminalAuth, TerminalOpen } from '@unicore/protocol/control';
import { legPair } from '@unicore/protocol/sim';
import type { KeeperConnection } from '../index.ts';

export class Consumer {
  auth: TerminalAuth;
  /** The tunnel's connection to the keeper. It may be replaced while channels are open. */
  keeper: KeeperConnection;
  readonly #leg: Leg;
  readonly #up: Promise<void>;

  constructor(keeper: KeeperConnection, auth: Partial<TerminalAuth> = {}) {
    this.keeper = keeper;
    this.auth = { user: 'ann', rights: 'write', vmId: 'vm-1', gen: 1, kind: 'terminal', ...auth };
    const up = Promise.withResolvers<void>();
    this.#up = up.promise;
    const { near } = legPair(systemClock, 0, {
      near: { peer: 'hub', handler: () => ({ welcome: () => up.resolve() }) },
      far: { peer: 'consumer', handler: (relay) => ({ open: (open) => this.#relay(relay(), open) }) },
    });
    this.#leg = near;
  }

  async open(meta: Partial<TerminalOpen> = {}): Promise<Shell> {
    await this.#up;
    return new Shell(this.#leg, { vmId: this.auth.vmId, terminalId: 'main', cols: 80, rows: 24, ...meta });
  }

  #relay(from: Leg, open: FrameOf<typeof FrameType.OPEN>): void {
    const { leg } = this.keeper;
    if (!leg.up) return from.send({ type: FrameType.DETACHED, ch: open.ch, code: 7 });
    if (from.portOf(open.ch)) return;
    const ch = leg.allocate();
    join(from, open.ch, leg, ch);
    leg.send({ ...open, ch, auth: packMeta(this.auth) });
  }
}

/** The channel of one terminal. It collects the terminal's output, and can wait for parts of the output. */
export class Shell {
  readonly closed: Promise<{ code: ErrorCode; message: string }>;
  /** Metadata of ACCEPT. */
  accepted: unknown;
  text = '';
  readonly #channel: Opener;
  #input: Uint8Array[] = [];
  #waiting: (() => void)[] = [];

  constructor(leg: Leg, meta: Partial<TerminalOpen>) {
    const over = Promise.withResolvers<{ code: ErrorCode; message: string }>();
    this.closed = over.promise;
    this.#channel = new Opener({
      clock: systemClock,
      kind: 'terminal',
      meta: () => meta,
      random: randomBytes,
      leg: () => leg,
      resume: true,
      handler: {
        data: (bytes) => {
          this.text += Buffer.from(bytes).toString('latin1');
          this.#channel.consumed(bytes.length);
          this.#look();
        },
        pull: () => this.#input.shift(),
        attached: (accepted) => {
          this.accepted = accepted;
          this.#look();
        },
        detached: () => this.#look(),
        ended: () => this.#channel.end(),
        closed: (code, message) => over.resolve({ code, message }),
      },
    });
    this.#channel.attach();
  }

  get attached(): boolean {
    return this.#channel.attachedNow;
  }

  type(text: string): void {
    this.#input.push(Buffer.from(text));
    this.#channel.wake();
  }

  /** Ends the channel from the consumer's side. */
  leave(): void {
    this.#channel.end();
  }

  async until(condition: (shell: Shell) => boolean): Promise<void> {
    const met = new Promise<void>((resolve) => {
      const look = () => {
        if (condition(this)) resolve();
        else this.#waiting.push(look);
      };
      look();
    });
    const over = this.closed.then(({ code, message }) => {
      throw new Error(`it closed first (${code}: ${message}):\n${this.text}`);
    });
    await Promise.race([met, over]);
  }

  shows(text: string): Promise<void> {
    return this.until((shell) => shell.text.includes(text));
  }

  #look(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }
}
