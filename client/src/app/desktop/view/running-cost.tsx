/**
 * Shows what a desktop has cost so far. The hub reports the cost about once a minute; in between, the page
 * estimates it.
 */
import type { Desktop } from '@unicore/protocol/api';
import { createMemo, type JSX } from 'solid-js';
import { createNow } from '../../base/index.ts';
import { dollars } from '../format.ts';

const TICK_MS = 1_000;
/** In a younger desktop than this, the cost per second cannot be estimated from the cost so far, ms. */
const KNOWN_AFTER_MS = 30_000;

export function RunningCost(props: { desktop: Desktop }): JSX.Element {
  const now = createNow(TICK_MS);
  /** The cost that the hub reported last, and when this page got it. */
  const told = createMemo(() => ({ cost: props.desktop.cost, at: Date.now() }));
  return (
    <span class="text-muted text-sm tabular-nums" title="What the desktop has cost so far">
      {dollars(costAt(now(), { ...told(), startedAt: props.desktop.startedAt }))}
    </span>
  );
}

interface ToldCost {
  /** The reported cost in dollars. */
  cost: number;
  /** When the cost was reported, ms since 1970. */
  at: number;
  startedAt: number | null;
}

/** Estimates the cost at the time `now`. Apart from sent bytes, each second costs the same. */
export function costAt(now: number, { cost, at, startedAt }: ToldCost): number {
  const age = at - (startedAt ?? at);
  return age < KNOWN_AFTER_MS ? cost : cost + (cost / age) * Math.max(0, now - at);
}
