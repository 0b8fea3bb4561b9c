/** An idleMs with which the stand-in for a holder exits at once, as one that cannot start its display. */
export const FAILS_MS = 13;
