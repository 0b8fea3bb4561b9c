/** The client address of a request, for limits that count by address. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export type AddressOf = (request: IncomingMessage) => string;

/**
 * proxies: how many trusted proxies stand in front of the hub. Each appends its client's address to X-Forwarded-For, so
 * the outermost proxy wrote the entry at this position from the end. Entries before it came with the request and are not trusted.
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
