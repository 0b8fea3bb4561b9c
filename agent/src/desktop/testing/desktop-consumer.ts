/** A consumer of a desktop's channels. A relay adds the field `auth` to each OPEN frame, as a hub does. */
import {
  ChannelKind,
  type FrameOf,
  FrameType,
  join,
  type Leg,
  packMeta,
  systemClock,
} from '@unicore/protocol';
import type { DesktopAuth } from '@unicore/protocol/control';
import { legPair } from '@unicore/protocol/sim';
import { ChannelStream } from './channel-stream.ts';
import { DesktopCaller } from './desktop-caller.ts';

const KINDS = {
  [ChannelKind.vnc]: 'vnc',
  [ChannelKind.cdp]: 'cdp',
  [ChannelKind.desktop]: 'desktop',
  [ChannelKind.blob]: 'blob',
} as const;

export interface DesktopConsumerOptions {
  sessionId: string;
  attempt?: number;
  /** Returns the connection to the holder. It may be replaced while channels are open. */
  holder: () => Leg | undefined;
}

export class DesktopConsumer {
  /** The rights of channels that are opened from now on. */
  auth: Partial<DesktopAuth> = {};
  readonly #options: DesktopConsumerOptions;
  #leg: Leg;
  #far: Leg;

  constructor(options: DesktopConsumerOptions) {
    this.#options = options;
    const { near, far } = legPair(systemClock, 0, {
      near: { peer: 'hub' },
      far: { peer: 'consumer', handler: (relay) => ({ open: (open) => this.#relay(relay(), open) }) },
    });
    this.#leg = near;
    this.#far = far;
  }

  async open(kind: 'vnc' | 'cdp' | 'blob', meta: object = {}): Promise<ChannelStream> {
    while (!this.#leg.up) await new Promise((soon) => setImmediate(soon));
    const { sessionId } = this.#options;
    return new ChannelStream({ kind, meta: { sessionId, ...meta }, leg: () => this.#leg });
  }

  /** Opens a channel of kind desktop. */
  async caller(): Promise<DesktopCaller> {
    while (!this.#leg.up) await new Promise((soon) => setImmediate(soon));
    return new DesktopCaller({ sessionId: this.#options.sessionId, leg: () => this.#leg });
  }

  /** Ends the attachments of all channels, as a hop does when it dies. The channels attach again by themselves. */
  cut(): void {
    for (const vacate of this.#far.vacating()) vacate();
  }

  #relay(from: Leg, open: FrameOf<typeof FrameType.OPEN>): void {
    const leg = this.#options.holder();
    if (!leg?.up) return from.send({ type: FrameType.DETACHED, ch: open.ch, code: 7 });
    if (from.portOf(open.ch)) return;
    const { sessionId, attempt = 1 } = this.#options;
    const kind = KINDS[open.kind as keyof typeof KINDS];
    const auth = { user: 'u-ann', rights: 'write', sessionId, attempt, kind, guest: false, ...this.auth };
    const ch = leg.allocate();
    join(from, open.ch, leg, ch);
    leg.send({ ...open, ch, auth: packMeta(auth) });
  }
}
