/** With this idleMs, the fake holder exits at once, like a holder that cannot start its display. */
export const FAILS_MS = 13;
