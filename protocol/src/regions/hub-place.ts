/** The regions and URLs of a deployment's hubs, as the WELCOME frame lists them. */

/**
 * Largest number of hubs in a list. It protects against malicious input. No real deployment has that many hubs.
 */
export const MAX_PLACES = 64;
const MAX_TEXT = 300;

export interface HubPlace {
  region: string | null;
  /** An origin: http(s)://host[:port] */
  url: string;
}

/**
 * Returns the hubs that the WELCOME frame lists. Returns an empty array if the metadata has another format.
 */
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
