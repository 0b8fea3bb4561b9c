/** Finds the client address of a request, for rate limits that count per address. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export type AddressOf = (request: IncomingMessage) => string;

/**
 * proxies: number of trusted proxies in front of the hub. Each proxy appends the address of its client to
 * X-Forwarded-For. The client's address is therefore the entry at position `proxies` from the end. Entries
 * before that position are not trusted, because the client may have sent them.
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
