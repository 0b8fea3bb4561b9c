/** The client address of a request, for rate limits by address. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export type AddressOf = (request: IncomingMessage) => string;

/**
 * Each trusted proxy appends its client's address to X-Forwarded-For. With N proxies, the Nth entry from the end was
 * written by the outermost one. Entries before it come from the sender and are not trusted.
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
