/** Chooses how strongly the picture is compressed, from the round-trip time to the desktop. */

export interface Quality {
  /** noVNC's qualityLevel: quality of JPEG, 0 to 9. */
  qualityLevel: number;
  /** noVNC's compressionLevel: effort of zlib, 0 to 9. */
  compressionLevel: number;
}

/**
 * The levels of quality, from the nearest desktop to the farthest. upTo: the longest round-trip time of the level,
 * ms.
 */
const LEVELS: readonly (Quality & { upTo: number })[] = [
  { upTo: 30, qualityLevel: 8, compressionLevel: 1 },
  { upTo: 100, qualityLevel: 6, compressionLevel: 2 },
  { upTo: 250, qualityLevel: 4, compressionLevel: 4 },
  { upTo: Number.POSITIVE_INFINITY, qualityLevel: 2, compressionLevel: 6 },
];
/**
 * The picture gets a better level only if the round-trip time is below this share of that level's limit. Without
 * this, the quality would change all the time if the round-trip time is near a limit.
 */
const CLEARLY = 0.7;

/** The level that is used until the round-trip time is known. */
export const FIRST_LEVEL = 1;

/** Returns the index of the level for a round-trip time in ms. `now` is the index of the present level. */
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
