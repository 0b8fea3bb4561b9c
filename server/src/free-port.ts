/** Finds TCP ports for servers that can't choose a free port by themselves and report its number. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';

/** Ports below often have a well-known use. */
const LOWEST = 10_000;
/** With fewer ports to choose from, two programs would often choose the same one. */
const ENOUGH = 1_000;
const TRIES = 100;

/**
 * Returns a port of `host` that nothing listens on. Linux gives the ports of a certain range to outgoing connections
 * and to servers without a wish. The port lies below that range, so that a server can also start on it later, and
 * once more after an end.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const end = await firstAutomaticPort();
  if (end - LOWEST < ENOUGH) return take(0, host);
  for (let i = 0; i < TRIES; i++) {
    const port = await take(randomInt(LOWEST, end), host).catch(unlessInUse);
    if (port !== undefined) return port;
  }
  return take(0, host);
}

/** Returns 0 where the operating system does not tell. */
async function firstAutomaticPort(): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '0');
  return Number.parseInt(range, 10);
}

async function take(wanted: number, host: string): Promise<number> {
  const server = createServer().listen(wanted, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function unlessInUse(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EADDRINUSE') throw error;
}
