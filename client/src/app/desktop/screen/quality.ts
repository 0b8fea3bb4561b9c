/** Chooses how much the picture is compressed, from the round trip to the desktop. */

export interface Quality {
  /** noVNC's qualityLevel: quality of JPEG, 0 to 9. */
  qualityLevel: number;
  /** noVNC's compressionLevel: effort of zlib, 0 to 9. */
  compressionLevel: number;
}

/** From the nearest desktop to the farthest. upTo: the longest round trip, ms. */
const LEVELS: readonly (Quality & { upTo: number })[] = [
  { upTo: 30, qualityLevel: 8, compressionLevel: 1 },
  { upTo: 100, qualityLevel: 6, compressionLevel: 2 },
  { upTo: 250, qualityLevel: 4, compressionLevel: 4 },
  { upTo: Number.POSITIVE_INFINITY, qualityLevel: 2, compressionLevel: 6 },
];
/**
 * A better level is chosen only if the round trip is below this share of its limit. Otherwise a round trip near
 * a limit would change the quality all the time.
 */
const CLEARLY = 0.7;

/** Level for a desktop whose round trip is not known yet. */
export const FIRST_LEVEL = 1;

/** Returns the index of the level for this round trip (ms), when the level `now` is in use. */
export function levelFor(rtt: number, now: number): number {
  const fitting = LEVELS.findIndex(({ upTo }) => rtt <= upTo);
  if (fitting >= now) return fitting;
  const clear = LEVELS.findIndex(({ upTo }) => rtt <= upTo * CLEARLY);
  return Math.min(now, clear);
}

export function qualityOf(level: number): Quality {
  const { qualityLevel, compressionLevel } = LEVELS[level] ?? LEVELS[FIRST_LEVEL]!;
  return { qualityLevel, compressionLevel };
}
