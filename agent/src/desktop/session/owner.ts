/** Checks for what only the owner of a desktop may do. Guests and people with read-only access may only watch. */
import { UniCoreError } from '@unicore/protocol';
import type { DesktopAuth } from '@unicore/protocol/control';

export function isOwner({ rights, guest }: DesktopAuth): boolean {
  return rights === 'write' && !guest;
}

export function requireOwner(auth: DesktopAuth): void {
  if (!isOwner(auth)) throw new UniCoreError('READ_ONLY', 'You may only watch this desktop.');
}
