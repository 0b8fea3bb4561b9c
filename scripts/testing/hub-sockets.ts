/** Counts a hub's open and closed multiplexed sockets from the hub's metrics. */

export interface Count {
  consumer: number;
  provider: number;
}

/** Returns the number of open sockets of the hub at this URL. */
export async function openSockets(url: string): Promise<Count> {
  const metrics = await read(url);
  const open = (kind: string) => sum(metrics, new RegExp(`^unicore_sockets{kind="${kind}"} (\\d+)`, 'gm'));
  return { consumer: open('consumer'), provider: open('provider') };
}

/** Returns the number of sockets of the hub at this URL that were closed so far. */
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
