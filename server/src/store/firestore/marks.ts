/**
 * Random marks that identify writes. The answer to a write may be lost. If the written document holds the
 * write's mark, a second attempt knows that the first was applied.
 */
import { randomBytes } from 'node:crypto';
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';

const MARK_BYTES = 9;
/**
 * Type of the field `marks` of a document with a revision. Each write of the document adds a random mark to
 * this list. The list holds the marks of the last writes, and the newest mark is the last.
 */
export const Marks = z.array(z.string());
/**
 * Maximum number of marks in a document. If the answer to a write was lost, a second attempt looks for the
 * mark of that write, to learn whether the write succeeded. If this many other writes came in between, the
 * mark is gone, and the hub cannot learn the result.
 */
const MARKS = 16;

/**
 * Returns a random mark that identifies one write. The mark begins with a letter, because Firestore refuses
 * ids such as __x__.
 */
export function newMark(): string {
  return `m${randomBytes(MARK_BYTES).toString('base64url')}`;
}

/** Returns the marks of the last writes after one more write. */
export function marksWith(marks: string[], mark: string): string[] {
  return [...marks, mark].slice(-MARKS);
}

/**
 * Returns true if the write with this mark has raised the document's revision to `rev`. `now` is the present
 * revision, and `marks` are the marks of the last writes. `what` names the document in the error that is
 * thrown if the result cannot be known.
 */
export function wrote(what: string, mark: string, rev: number, now: number, marks: string[]): boolean {
  if (now < rev) return false;
  const writer = marks.at(rev - now - 1);
  if (writer !== undefined) return writer === mark;
  throw new UniCoreError(
    'TIMEOUT',
    `This ${what} was changed so often meanwhile that the hub cannot tell whether this change was made. Check the ${what}, then try again.`,
  );
}
