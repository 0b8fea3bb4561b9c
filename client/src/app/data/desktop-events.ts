/** Pure functions that apply the events of the subscription vnc.watch to what the page knows of the desktop. */
import type { Desktop, DesktopState } from '@unicore/protocol/api';

/** A phase that the page has heard of, and when it began (ms since 1970, by the hub's clock). */
export interface PhaseTime {
  phase: DesktopState;
  at: number;
}

export interface KnownDesktop {
  /** The user's newest desktop; null if the user never had one. It may be over. */
  desktop: Desktop | null;
  /** The phases of this desktop in their order. Phases that passed before the page looked are missing. */
  phases: readonly PhaseTime[];
}

/** Phases never go back, so a record with an earlier phase is older. */
const ORDER: readonly DesktopState[] = [
  'reserved',
  'waiting',
  'launching',
  'booting',
  'painting',
  'running',
  'ending',
  'ended',
  'failed',
];

export function applyDesktop(known: KnownDesktop | undefined, desktop: Desktop | null): KnownDesktop {
  if (desktop === null) return { desktop, phases: [] };
  if (known?.desktop && isOlder(desktop, known.desktop)) return known;
  const same = known?.desktop?.sessionId === desktop.sessionId;
  const before = same ? known.phases.filter(({ phase }) => phase !== desktop.phase) : [];
  return { desktop, phases: [...before, { phase: desktop.phase, at: desktop.phaseAt }] };
}

/**
 * True if `desktop` is an older record than `known`. The answer to a call can arrive after an event that is
 * newer.
 */
function isOlder(desktop: Desktop, known: Desktop): boolean {
  if (desktop.sessionId !== known.sessionId) return desktop.createdAt < known.createdAt;
  return ORDER.indexOf(desktop.phase) < ORDER.indexOf(known.phase);
}
