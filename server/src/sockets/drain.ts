/**
 * Draining: a stopping hub asks its peers to move to other hubs before it closes. This module decides the
 * order in which it asks them and how long it waits.
 */
import type { Clock } from '@unicore/protocol';
import type { SocketKind } from './deps.ts';
import type { GoAway } from './endpoint.ts';

/**
 * How long a load balancer may still send new clients to a stopping hub, ms. The hub stays up for this time
 * to tell them to retry. Otherwise these clients would see a failed connection.
 */
const NOTICE_MS = 2_000;
/**
 * The fraction of the draining time in which only providers move. Providers move first, because a provider's
 * socket carries channels of many consumers and takes longest to empty. A consumer that moves later finds its
 * provider at the new hub, so its path changes only once.
 */
const PROVIDERS_SHARE = 1 / 4;
/**
 * GOAWAY tells a peer how much time it has to leave. The peer connects to another hub within this fraction of
 * that time.
 */
const DIAL_SHARE = 1 / 2;

export interface Peer {
  kind: SocketKind;
  goAway: GoAway;
}

export interface Drain {
  /** Resolves when all peers that can move have left, or when the time is up. */
  over: Promise<void>;
  /** The caller must call this function each time a peer has left. */
  look(): void;
}

/**
 * Starts to drain. `peers` returns the current peers. The hub does not wait for raw terminals, which cannot
 * move, or for other hubs, which need not move.
 */
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
