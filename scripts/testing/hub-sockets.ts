/** Counts a hub's multiplexed sockets, open and closed, from its metrics. */

export interface Count {
  consumer: number;
  provider: number;
}

/** Sockets that are open now. url: of the hub. */
export async function openSockets(url: string): Promise<Count> {
  const metrics = await read(url);
  const open = (kind: string) => sum(metrics, new RegExp(`^unicore_sockets{kind="${kind}"} (\\d+)`, 'gm'));
  return { consumer: open('consumer'), provider: open('provider') };
}

/** Sockets that were closed until now. */
export async function closedSockets(url: string): Promise<Count> {
  const metrics = await read(url);
  const closed = (kind: string) =>
    sum(metrics, new RegExp(`^unicore_socket_closes_total{.*kind="${kind}".*} (\\d+)`, 'gm'));
  return { consumer: closed('consumer'), provider: closed('provider') };
}

async function read(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

function sum(metrics: string, line: RegExp): number {
  return [...metrics.matchAll(line)].reduce((total, [, count]) => total + Number(count), 0);
}
