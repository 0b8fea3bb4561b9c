/** What a desktop has cost so far. The hub tells it about once a minute; in between, it is carried on. */
import type { Desktop } from '@unicore/protocol/api';
import { createMemo, type JSX } from 'solid-js';
import { createNow } from '../../base/index.ts';
import { dollars } from '../format.ts';

const TICK_MS = 1_000;
/** Before this age, what a second costs cannot be told from what all seconds have cost, ms. */
const KNOWN_AFTER_MS = 30_000;

export function RunningCost(props: { desktop: Desktop }): JSX.Element {
  const now = createNow(TICK_MS);
  /** What the hub has told, and when this page heard it. */
  const told = createMemo(() => ({ cost: props.desktop.cost, at: Date.now() }));
  return (
    <span class="text-muted text-sm tabular-nums" title="What the desktop has cost so far">
      {dollars(costAt(now(), { ...told(), startedAt: props.desktop.startedAt }))}
    </span>
  );
}

interface ToldCost {
  /** Dollars. */
  cost: number;
  /** When it was told, ms since 1970. */
  at: number;
  startedAt: number | null;
}

/** A desktop costs the same for each second, but for what it sends. */
export function costAt(now: number, { cost, at, startedAt }: ToldCost): number {
  const age = at - (startedAt ?? at);
  return age < KNOWN_AFTER_MS ? cost : cost + (cost / age) * Math.max(0, now - at);
}
