/** What hubs have counted, from their /metrics: why sockets closed, and what was refused. */

const LINE =
  /^(unicore_socket_closes_total|unicore_refused_total)\{(?:kind="(\w+)",)?code="(\w+)"[^}]*\} (\d+)/gm;

/** By what it is, such as `consumer closed RATE_LIMITED`. */
export type Tallies = Readonly<Record<string, number>>;

export async function tallies(hubs: readonly { readonly url: string }[]): Promise<Tallies> {
  const all: Record<string, number> = {};
  for (const { url } of hubs) {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const [, name, kind, code, count] of text.matchAll(LINE)) {
      const what = name === 'unicore_refused_total' ? `refused ${code}` : `${kind} closed ${code}`;
      all[what] = (all[what] ?? 0) + Number(count);
    }
  }
  return all;
}

/** What came to it in between, in words; '' if nothing did. */
export function difference(before: Tallies, after: Tallies): string {
  return Object.entries(after)
    .map(([what, count]) => [what, count - (before[what] ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
}
