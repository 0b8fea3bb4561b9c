/**
 * Checks one leg against PROTOCOL.md: the handshake, who may send which frame, channel numbers, and each
 * attachment.
 */
import { AttachmentRules, type EndName, type Streams } from './attachment-rules.ts';
import { readMessage } from './decoder.ts';
import type { ChannelFrame, Frame, FrameType } from './frames.ts';
import { CHANNEL_UNKNOWN, MAY_SEND, type Role } from './roles.ts';
import { Stream } from './stream.ts';

/** The two roles that dial a hub. */
export type Dialler = 'consumer' | 'provider';

/** All bytes that channels have carried past one observer, by epoch, over all legs of one dialling role. */
export class History {
  readonly #streams = new Map<string, Streams>();

  of(epoch: string): Streams {
    const streams = this.#streams.get(epoch) ?? { opener: new Stream(), acceptor: new Stream() };
    this.#streams.set(epoch, streams);
    return streams;
  }

  get epochs(): string[] {
    return [...this.#streams.keys()];
  }
}

interface Bound {
  readonly opener: Role;
  readonly rules: AttachmentRules;
}

export class LegRules {
  readonly #dialler: Dialler;
  readonly #history: History;
  readonly #seen = new Set<FrameType>();
  /** Channel numbers that were bound at any time. */
  readonly #bound = new Map<number, Bound>();
  /** The next channel number that each side will allocate. */
  readonly #next: Record<Role, number> = { consumer: 1, provider: 1, hub: 2 };
  readonly #pings: Record<Role, number[]> = { consumer: [], provider: [], hub: [] };
  readonly #beats: number[] = [];
  /** The highest value of `attach` for each epoch on this leg. */
  readonly #attaches = new Map<string, number>();

  constructor(dialler: Dialler, history: History) {
    this.#dialler = dialler;
    this.#history = history;
  }

  /** Reads a message that this role sent. Throws at the first frame that breaks a rule. */
  message(by: Role, bytes: Uint8Array): Frame[] {
    const frames = readMessage(bytes);
    for (const frame of frames) this.#frame(by, frame);
    return frames;
  }

  #frame(by: Role, frame: Frame): void {
    if (!MAY_SEND[by].includes(frame.type)) throw new Error(`${frame.type} by a ${by}`);
    if ('ch' in frame) this.#ofChannel(by, frame);
    else this.#ofNeighbour(by, frame);
    this.#seen.add(frame.type);
  }

  #ofNeighbour(by: Role, frame: Exclude<Frame, ChannelFrame>): void {
    if (frame.type === 'HELLO' || frame.type === 'WELCOME') return this.#handshake(frame);
    this.#mustBeWelcome(frame);
    switch (frame.type) {
      case 'PING':
        this.#pings[by].push(frame.id);
        break;
      case 'PONG':
        answered(this.#pings[by === 'hub' ? this.#dialler : 'hub'], frame.id);
        break;
      case 'BEAT':
        this.#beats.push(frame.seq);
        break;
      case 'BEATACK':
        answered(this.#beats, frame.seq);
    }
  }

  #handshake(frame: Frame & { readonly type: 'HELLO' | 'WELCOME' }): void {
    if (this.#seen.has(frame.type)) throw new Error(`a second ${frame.type}`);
    if (this.#seen.has('HELLO') !== (frame.type === 'WELCOME')) throw new Error(`${frame.type} out of turn`);
    if (frame.version !== 1) throw new Error(`version ${frame.version}`);
  }

  #ofChannel(by: Role, frame: ChannelFrame): void {
    this.#mustBeWelcome(frame);
    const bound = this.#bound.get(frame.ch);
    if (bound !== undefined) {
      const end: EndName = bound.opener === by ? 'opener' : 'acceptor';
      bound.rules.pass(end, frame);
    } else if (frame.type === 'OPEN') this.#bind(by, frame);
    else if (frame.type !== 'RESET' || frame.code !== CHANNEL_UNKNOWN) {
      throw new Error(`${frame.type} for channel ${frame.ch}, which was never opened`);
    }
  }

  #bind(by: Role, open: ChannelFrame & { readonly type: 'OPEN' }): void {
    if (open.ch !== this.#next[by]) throw new Error(`a ${by} opens ${open.ch} instead of ${this.#next[by]}`);
    this.#next[by] += 2;
    const before = this.#attaches.get(open.epoch) ?? 0;
    if (open.attach <= before) throw new Error(`attach ${open.attach} after ${before}`);
    this.#attaches.set(open.epoch, open.attach);
    const rules = new AttachmentRules(open, this.#history.of(open.epoch));
    this.#bound.set(open.ch, { opener: by, rules });
  }

  #mustBeWelcome(frame: Frame): void {
    if (!this.#seen.has('WELCOME')) throw new Error(`${frame.type} before WELCOME`);
  }
}

function answered(asked: number[], id: number): void {
  const at = asked.indexOf(id);
  if (at < 0) throw new Error(`${id} is answered, which was not asked`);
  asked.splice(at, 1);
}
