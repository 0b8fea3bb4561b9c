/**
 * Draining: a stopping hub first lets its peers move to other hubs. This decides in which order they are asked, and how
 * long the hub stays for them.
 */
import type { Clock } from '@unicore/protocol';
import type { SocketKind } from './deps.ts';
import type { GoAway } from './endpoint.ts';

/**
 * How long load balancers may go on sending new clients, ms. The hub stays for that long to tell them to retry;
 * otherwise they would see a failure.
 */
const NOTICE_MS = 2_000;
/**
 * Fraction of the time that is reserved for providers, before any consumer is asked to move. A provider's socket takes
 * longest to empty, since it carries channels of many consumers. And a consumer that moves later finds its provider at
 * its new hub; otherwise its path would lead through this hub and change once more.
 */
const PROVIDERS_SHARE = 1 / 4;
/** A peer that is asked to leave dials another hub within this fraction of `afterMs`. */
const DIAL_SHARE = 1 / 2;

export interface Peer {
  kind: SocketKind;
  goAway: GoAway;
}

export interface Drain {
  /** Resolves when no peer is left that could move, or when the time is up. */
  over: Promise<void>;
  /** Must be called when a peer has left. */
  look(): void;
}

/** peers: returns the current peers. Raw terminals cannot move and hubs need not, so neither is waited for. */
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
