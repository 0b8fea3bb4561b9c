/**
 * The owners of desktops in the pool, which wait for a user: `pool-0`, `pool-1`, … Like a user, each owner has at
 * most one desktop. No real user has such an id.
 */

const FORM = /^pool-(?<slot>\d{1,4})$/;

export function poolOwner(slot: number): string {
  return `pool-${slot}`;
}

/** Returns the number of this owner in the pool, or undefined if the id belongs to a user. */
export function slotOf(userId: string): number | undefined {
  const slot = FORM.exec(userId)?.groups?.slot;
  return slot === undefined ? undefined : Number(slot);
}

export function isPoolOwner(userId: string): boolean {
  return FORM.test(userId);
}
