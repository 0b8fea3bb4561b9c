/** Decides how a desktop ended, and why. */
import type { DesktopObserved, DesktopPhase, DesktopRef, DesktopUse } from '@unicore/protocol/control';
import type { HolderStatus } from '../holder/index.ts';
import type { Outcome } from '../launch/index.ts';

/** Maximum length of a reason in the messages to the hub, in characters. */
const REASON_CHARS = 1000;

/** Why the agent ends a desktop. Both fields are null if the hub ordered the end. */
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
  /** How the launcher found the desktop after its end. It is null if nothing was left of the desktop. */
  outcome: Outcome | null;
  /** The last status that the holder has reported. */
  last: HolderStatus | undefined;
}

/**
 * Returns the final state of a desktop. It is `failed` if the desktop ended with an error before its first
 * picture, or if the holder itself reported a failure. Otherwise it is `ended`.
 */
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
 * Cuts a reason to the length that the messages to the hub allow. Removes control characters except line
 * breaks: a reason may contain output of a desktop's programs, and `unicore-agent status` prints it to a
 * terminal.
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

/** If the start failed, adds the last lines that the desktop's programs printed to the reason. */
function withLines(code: string | null, reason: string | null, lines: string): string | null {
  if (code !== 'LAUNCH_FAILED' || lines === '' || reason?.includes(lines)) return short(reason);
  return short(`${reason ?? ''}\n${lines}`);
}

/**
 * Uses the running time that the launcher has recorded, if there is one. Otherwise uses what the holder has
 * measured.
 */
function useOf(outcome: Outcome | null, left: HolderStatus | undefined): DesktopUse | null {
  const ms = outcome?.ms ?? left?.use.ms;
  return ms === undefined ? null : { ms, sentBytes: left?.use.sentBytes ?? 0 };
}
