/** Finds the status that a holder has left behind when it ended. */
import { HolderStatus } from '../holder/index.ts';

/** The most bytes of a holder's output that are read after its end. */
export const MOST_TAIL_BYTES = 16 * 1024;
/** The most characters of the last lines. They become a part of the reason that a user sees. */
const MOST_CHARS = 600;

/** Returns null if the text is not the JSON of a HolderStatus. */
export function parseStatus(text: string): HolderStatus | null {
  try {
    return HolderStatus.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Returns the last whole lines of a log, for a person. */
export function lastLines(log: string): string {
  const text = log.trim();
  return text.length <= MOST_CHARS ? text : text.slice(-MOST_CHARS).replace(/^[^\n]*\n/, '');
}
