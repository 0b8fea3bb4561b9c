/**
 * The owners of desktops that wait for a user: `pool-0`, `pool-1`, … Each has one desktop at most, as a user has. No
 * user has such an id.
 */

const FORM = /^pool-(?<slot>\d{1,4})$/;

export function poolOwner(slot: number): string {
  return `pool-${slot}`;
}

/** Returns the number of this owner's place in the pool, or undefined if it is a user. */
export function slotOf(userId: string): number | undefined {
  const slot = FORM.exec(userId)?.groups?.slot;
  return slot === undefined ? undefined : Number(slot);
}

export function isPoolOwner(userId: string): boolean {
  return FORM.test(userId);
}
