/** The steps of a starting desktop for display: their names, how long they took, and which one is running. */
import type { Desktop, DesktopState } from '@unicore/protocol/api';
import type { PhaseTime } from '../../data/index.ts';

export interface Step {
  phase: DesktopState;
  label: string;
  state: 'done' | 'now' | 'later';
  /** How long the step took, ms. Undefined if the page did not see its beginning. */
  ms: number | undefined;
}

/** The phases of a start, in order. */
const STEPS: readonly DesktopState[] = ['reserved', 'waiting', 'launching', 'booting', 'painting'];

const LABELS: Partial<Record<DesktopState, string>> = {
  reserved: 'Reserve a desktop',
  waiting: 'Wait for a free place',
  launching: 'Prepare the computer',
  booting: 'Start display and browser',
  painting: 'Draw the first picture',
};

/**
 * Returns the steps to display. now: ms since 1970. The step `waiting` is included only if the desktop waits or has
 * waited.
 */
export function startSteps(desktop: Desktop, phases: readonly PhaseTime[], now: number): Step[] {
  const current = STEPS.indexOf(desktop.phase);
  return STEPS.flatMap((phase, index): Step[] => {
    const heard = phases.findIndex((known) => known.phase === phase);
    if (phase === 'waiting' && heard === -1) return [];
    const state = index < current ? 'done' : index === current ? 'now' : 'later';
    const began = phases[heard]?.at;
    const ended = phases[heard + 1]?.at ?? now;
    const ms = began === undefined ? undefined : Math.max(0, ended - began);
    return [{ phase, label: LABELS[phase] ?? phase, state, ms }];
  });
}

/** Returns a sentence about what the desktop is doing now. If the hub has given a reason, returns that. */
export function sentenceFor({ phase, reason }: Desktop): string {
  if (reason) return reason;
  switch (phase) {
    case 'waiting':
      return 'No place is free at the moment. The desktop starts by itself as soon as one is.';
    case 'launching':
      return 'A computer is found. It prepares a place for your desktop.';
    case 'booting':
      return 'The display and the browser are starting.';
    case 'painting':
      return 'The browser runs. Its first picture is on the way.';
    default:
      return 'The hub looks for a computer that has room.';
  }
}
