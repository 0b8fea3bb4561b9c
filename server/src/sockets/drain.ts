/** A hub that stops lets its peers move first: whom it sends away when, and how long it stays for them. */
import type { Clock } from '@unicore/protocol';
import type { SocketKind } from './deps.ts';
import type { GoAway } from './endpoint.ts';

/** Load balancers go on sending new clients for so long. They are told to try again; without a hub they would see a failure. */
const NOTICE_MS = 2_000;
/**
 * The share of the time in which providers dial, before any consumer is told to. A provider's socket carries what many
 * consumers have open, so it takes longest to empty. And a consumer that moves later finds its provider where it will be: the
 * other way round its path would lead through this hub once more, and change again a moment later.
 */
const PROVIDERS_SHARE = 1 / 4;
/** Whoever is told to go dials within this share of `afterMs`. */
const DIAL_SHARE = 1 / 2;

export interface Peer {
  kind: SocketKind;
  goAway: GoAway;
}

export interface Drain {
  /** Settles when nobody is left who could move, or when the time is over. */
  over: Promise<void>;
  /** To be called when a peer is gone. */
  look(): void;
}

/** peers: those that are connected now, whenever asked. Raw terminals can't move, and hubs need not; nobody waits for them. */
export function drain(clock: Clock, ms: number, peers: () => Iterable<Peer>): Drain {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const providersMs = ms * PROVIDERS_SHARE;
  let noticed = false;
  const tell = (kind: SocketKind, afterMs: number) => {
    const told = [...peers()].filter((peer) => peer.kind === kind);
    for (const { goAway } of told) goAway(afterMs);
    return told.length;
  };
  const finish = () => {
    for (const cancel of timers) cancel();
    resolve();
  };
  const look = () => {
    if (!noticed) return;
    for (const { kind } of peers()) if (kind === 'provider' || kind === 'consumer') return;
    finish();
  };
  const providers = tell('provider', providersMs / DIAL_SHARE);
  const consumersAt = providers > 0 ? providersMs : 0;
  const timers = [
    clock.after(consumersAt, () => tell('consumer', ms - consumersAt)),
    clock.after(Math.min(NOTICE_MS, ms * PROVIDERS_SHARE), () => {
      noticed = true;
      look();
    }),
    clock.after(ms, finish),
  ];
  return { over, look };
}
