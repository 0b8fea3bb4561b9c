/**
 * Reads counters from the /metrics pages of the hubs: closed sockets by reason, refused requests, and resumed
 * channels.
 */

const LINE =
  /^(unicore_socket_closes_total|unicore_refused_total)\{(?:kind="(\w+)",)?code="(\w+)"[^}]*\} (\d+)/gm;

const RESUMED_LINE = /^unicore_resume_seconds_count\{[^}]*\} (\d+)/gm;
/** Name of the counter of channels that resumed after their connection was lost. */
export const RESUMED = 'channels resumed';

/** Counter values by name. An example of a name is `consumer closed RATE_LIMITED`. */
export type Tallies = Readonly<Record<string, number>>;

export async function tallies(hubs: readonly { readonly url: string }[]): Promise<Tallies> {
  const all: Record<string, number> = {};
  for (const { url } of hubs) {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const [, name, kind, code, count] of text.matchAll(LINE)) {
      const what = name === 'unicore_refused_total' ? `refused ${code}` : `${kind} closed ${code}`;
      all[what] = (all[what] ?? 0) + Number(count);
    }
    for (const [, count] of text.matchAll(RESUMED_LINE)) all[RESUMED] = (all[RESUMED] ?? 0) + Number(count);
  }
  return all;
}

/** Returns as text how much each counter grew between two readings. Returns '' if no counter grew. */
export function difference(before: Tallies, after: Tallies): string {
  return Object.entries(after)
    .map(([what, count]) => [what, count - (before[what] ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
}
