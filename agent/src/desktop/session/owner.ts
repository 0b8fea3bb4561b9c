/** What only the owner of a desktop may do, and no guest or reader. */
import { UniCoreError } from '@unicore/protocol';
import type { DesktopAuth } from '@unicore/protocol/control';

export function isOwner({ rights, guest }: DesktopAuth): boolean {
  return rights === 'write' && !guest;
}

export function requireOwner(auth: DesktopAuth): void {
  if (!isOwner(auth)) throw new UniCoreError('READ_ONLY', 'You may only watch this desktop.');
}
