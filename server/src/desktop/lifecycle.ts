/**
 * The life cycle of a desktop. The table DESKTOP_LIFECYCLE gives the next phase for each phase and event. Nothing
 * else changes a phase, and every change is written by compare-and-set.
 *
 * The usual order is reserved → launching → booting → painting → running → ending → ended. A desktop that finds no
 * room is `waiting`. Phases never go back, with one exception: if the chosen place is full, the desktop waits for
 * another. `ended` and `failed` mean that nothing of the desktop is left.
 */
import type { DesktopPhase } from '../store/index.ts';

export const DESKTOP_EVENTS = [
  // `wait`: the hub found no room. `launch`: it found room.
  'wait',
  'launch',
  // The hub found no room for too long.
  'giveUp',
  // The chosen place has no room after all, and nothing was started there.
  'full',
  // The next events are reports of the launcher.
  'launching',
  'booting',
  'painting',
  'running',
  'ending',
  'ended',
  'failed',
  // A user or a limit ends the desktop.
  'end',
] as const;
export type DesktopLifeEvent = (typeof DESKTOP_EVENTS)[number];

const OVER: Record<DesktopLifeEvent, null> = {
  wait: null,
  launch: null,
  giveUp: null,
  full: null,
  launching: null,
  booting: null,
  painting: null,
  running: null,
  ending: null,
  ended: null,
  failed: null,
  end: null,
};

/**
 * For each phase and event, the next phase. null means that the event is not possible in this phase, and is
 * ignored.
 */
export const DESKTOP_LIFECYCLE: Record<DesktopPhase, Record<DesktopLifeEvent, DesktopPhase | null>> = {
  reserved: { ...OVER, wait: 'waiting', launch: 'launching', giveUp: 'failed', end: 'ended' },
  waiting: { ...OVER, wait: 'waiting', launch: 'launching', giveUp: 'failed', end: 'ended' },
  launching: {
    wait: null,
    launch: null,
    giveUp: null,
    full: 'waiting',
    launching: 'launching',
    booting: 'booting',
    painting: 'painting',
    running: 'running',
    ending: 'ending',
    ended: 'ended',
    failed: 'failed',
    end: 'ending',
  },
  booting: {
    wait: null,
    launch: null,
    giveUp: null,
    full: null,
    launching: null,
    booting: 'booting',
    painting: 'painting',
    running: 'running',
    ending: 'ending',
    ended: 'ended',
    failed: 'failed',
    end: 'ending',
  },
  painting: {
    wait: null,
    launch: null,
    giveUp: null,
    full: null,
    launching: null,
    booting: null,
    painting: 'painting',
    running: 'running',
    ending: 'ending',
    ended: 'ended',
    failed: 'failed',
    end: 'ending',
  },
  running: {
    wait: null,
    launch: null,
    giveUp: null,
    full: null,
    launching: null,
    // A browser that is restarted after a crash does not change the desktop's phase.
    booting: null,
    painting: null,
    running: 'running',
    ending: 'ending',
    ended: 'ended',
    failed: 'failed',
    end: 'ending',
  },
  ending: { ...OVER, ending: 'ending', ended: 'ended', failed: 'failed', end: 'ending' },
  ended: OVER,
  failed: OVER,
};

/** Returns true if nothing of a desktop in this phase is left. */
export function isOver(phase: DesktopPhase): boolean {
  return phase === 'ended' || phase === 'failed';
}

/** Returns true if a desktop in this phase was given to a launcher. Then only the launcher can end it. */
export function isLaunched(phase: DesktopPhase): boolean {
  return !isOver(phase) && phase !== 'reserved' && phase !== 'waiting';
}
