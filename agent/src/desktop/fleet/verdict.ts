/** Decides how a desktop ended, from all that is known about its end. */
import type { DesktopObserved, DesktopPhase, DesktopRef, DesktopUse } from '@unicore/protocol/control';
import type { HolderStatus } from '../holder/index.ts';
import type { Outcome } from '../launch/index.ts';

/** The longest reason that the wire schema accepts, in characters. */
const REASON_CHARS = 1000;

/** Why the agent ends a desktop. Both are null if it was ordered. */
export interface Cause {
  code: string | null;
  reason: string | null;
}

export interface Evidence {
  ref: DesktopRef;
  /** True if the desktop has shown a picture. */
  ran: boolean;
  /** Why the agent has ended the desktop. It is undefined if the desktop ended by itself. */
  cause: Cause | undefined;
  /** What the launcher has found. It is null if nothing was left of the desktop. */
  outcome: Outcome | null;
  /** The last status that the holder told. */
  last: HolderStatus | undefined;
}

/** `failed` means that the desktop never ran, or that the holder itself gave up. */
export function verdictOf({ ref, ran, cause, outcome, last }: Evidence): DesktopObserved {
  const left = outcome?.status ?? last;
  const said = left && isFinal(left.phase) ? left : undefined;
  const { code, reason } = cause ?? said ?? lost(ran, outcome);
  const failed = code !== null && (!ran || said?.phase === 'failed');
  return {
    sessionId: ref.sessionId,
    attempt: ref.attempt,
    phase: failed ? 'failed' : 'ended',
    code,
    reason: withLines(code, reason, outcome?.lines ?? ''),
    isolation: left?.isolation ?? last?.isolation ?? null,
    use: useOf(outcome, left),
  };
}

export function isFinal(phase: DesktopPhase): boolean {
  return phase === 'ended' || phase === 'failed';
}

/**
 * Cuts a reason to the length that the wire schema accepts. Takes out control characters but line breaks, because a
 * reason may be output of a desktop's programs, and `unicore-agent status` prints it to a terminal.
 */
export function short(reason: string | null): string | null {
  return reason?.replace(/[^\P{Cc}\n]/gu, '').slice(0, REASON_CHARS) ?? null;
}

function lost(ran: boolean, outcome: Outcome | null): Cause {
  if (outcome && !ran) {
    return {
      code: 'LAUNCH_FAILED',
      reason: `The desktop could not be started (${outcome.exit}). Create a new one.`,
    };
  }
  const what = outcome ? `ended outside UniCore (${outcome.exit})` : 'was removed outside UniCore';
  return { code: 'CONTAINER_LOST', reason: `The desktop ${what}. Create a new one.` };
}

/** Adds the last lines of the desktop's programs to the reason of a failed start. */
function withLines(code: string | null, reason: string | null, lines: string): string | null {
  if (code !== 'LAUNCH_FAILED' || lines === '' || reason?.includes(lines)) return short(reason);
  return short(`${reason ?? ''}\n${lines}`);
}

/** The launcher's own record counts more than what the holder measured. */
function useOf(outcome: Outcome | null, left: HolderStatus | undefined): DesktopUse | null {
  const ms = outcome?.ms ?? left?.use.ms;
  return ms === undefined ? null : { ms, sentBytes: left?.use.sentBytes ?? 0 };
}
