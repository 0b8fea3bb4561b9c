/** Where a request comes from, for limits that count by address. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export type AddressOf = (request: IncomingMessage) => string;

/**
 * Each of our own proxies adds to X-Forwarded-For whom it was asked by, at the end. So the entry that the outermost of them
 * wrote is as many from the end as there are proxies; what stands before it was said by the sender, and counts for nothing.
 */
export function createAddressOf(proxies: number): AddressOf {
  return ({ socket, headers }) => {
    const own = socket.remoteAddress ?? 'unknown';
    if (proxies === 0) return own;
    const said =
      String(headers['x-forwarded-for'] ?? '')
        .split(',')
        .at(-proxies)
        ?.trim() ?? '';
    return isIP(said) === 0 ? own : said;
  };
}
