/**
 * Records the legs of one system with a tap. Decodes the frames, checks them against the rules, and counts
 * them.
 */
import { EventEmitter } from 'node:events';
import type { Frame, FrameType } from './frames.ts';
import { type Dialler, History, LegRules } from './leg-rules.ts';
import { Tap, type TappedLeg } from './tap.ts';

/** Time limit for the next matching frame, in ms. */
const HEARD_LIMIT_MS = 30_000;

const DIALLERS: Readonly<Record<string, Dialler>> = { '/consumer': 'consumer', '/provider': 'provider' };

export interface Heard {
  readonly on: Dialler;
  readonly by: 'consumer' | 'provider' | 'hub';
  readonly frame: Frame;
}

export class Recording {
  readonly histories: Readonly<Record<Dialler, History>> = {
    consumer: new History(),
    provider: new History(),
  };
  /** Violations of rules in PROTOCOL.md. */
  readonly violations: string[] = [];
  readonly #legs = new Map<TappedLeg, LegRules>();
  readonly #counts: Record<Dialler, Map<FrameType, number>> = { consumer: new Map(), provider: new Map() };
  readonly #events = new EventEmitter();
  #tap: Tap | undefined;

  static async start(): Promise<Recording> {
    const recording = new Recording();
    recording.#tap = await Tap.open((leg, by, message, binary) =>
      recording.#message(leg, by, message, binary),
    );
    return recording;
  }

  get tap(): Tap {
    if (this.#tap === undefined) throw new Error('The recording has not begun.');
    return this.#tap;
  }

  /** Returns the frame types of this list that never passed between this role and the hub. */
  missing(on: Dialler, types: readonly FrameType[]): FrameType[] {
    return types.filter((type) => !this.#counts[on].has(type));
  }

  /** Resolves with the next frame for which this condition is true. */
  async next(what: string, wanted: (heard: Heard) => boolean): Promise<Heard> {
    const { promise, resolve, reject } = Promise.withResolvers<Heard>();
    const listener = (heard: Heard) => wanted(heard) && resolve(heard);
    this.#events.on('frame', listener);
    const limit = setTimeout(
      () => reject(new Error(`${what} never came. ${this.violations.join('\n')}`)),
      HEARD_LIMIT_MS,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(limit);
      this.#events.off('frame', listener);
    }
  }

  #message(leg: TappedLeg, side: 'dialler' | 'hub', message: Uint8Array, binary: boolean): void {
    const on = DIALLERS[leg.path];
    if (on === undefined) return;
    const rules = this.#legs.get(leg) ?? new LegRules(on, this.histories[on]);
    this.#legs.set(leg, rules);
    const by = side === 'hub' ? 'hub' : on;
    try {
      if (!binary) throw new Error('a text message');
      for (const frame of rules.message(by, message)) {
        this.#counts[on].set(frame.type, (this.#counts[on].get(frame.type) ?? 0) + 1);
        this.#events.emit('frame', { on, by, frame } satisfies Heard);
      }
    } catch (error) {
      this.violations.push(`${by} on the leg of the ${on}: ${String(error)}`);
    }
  }
}
