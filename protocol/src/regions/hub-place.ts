/** Where the hubs of a deployment are, as the WELCOME frame lists them. */

/** A limit for hostile input: more hubs than any deployment has. */
export const MAX_PLACES = 64;
const MAX_TEXT = 300;

export interface HubPlace {
  region: string | null;
  /** An origin: http(s)://host[:port] */
  url: string;
}

/** Returns the hubs that WELCOME lists; none if its metadata has another shape. */
export function placesIn(welcome: unknown): HubPlace[] {
  const hubs = (welcome as { hubs?: unknown } | null)?.hubs;
  return Array.isArray(hubs) ? hubs.slice(0, MAX_PLACES).flatMap((place) => placeIn(place) ?? []) : [];
}

function placeIn(place: unknown): HubPlace | undefined {
  const { region, url } = (place ?? {}) as { region?: unknown; url?: unknown };
  if (!isText(url) || !(region === null || isText(region))) return undefined;
  return URL.canParse(url) && new URL(url).origin === url ? { region, url } : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}
