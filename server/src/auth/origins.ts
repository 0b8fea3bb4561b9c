/**
 * The web origins whose pages may call this hub with its cookies. The list contains exact origins, without
 * wildcards. A hub whose URL is on loopback also accepts its own pages at another port of loopback, because
 * `ssh -L` or a proxy may change the port.
 */
import { UniCoreError } from '@unicore/protocol';

export interface Origins {
  /** Returns whether pages of this origin may call the hub. host: the request's Host header. */
  allowed(origin: string, host: string | undefined): boolean;
  /**
   * Checks the origin of a request that a cookie authenticates. Throws FORBIDDEN if the origin is not
   * allowed, or if the request changes something and has no Origin header.
   */
  check(from: { origin?: string | undefined; host?: string | undefined }, changes: boolean): void;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Creates the list of allowed origins: the hub's own URL, loopback at the hub's port, and the origins of the
 * configuration.
 */
export function createOrigins(publicUrl: string, port: number, extra: readonly string[]): Origins {
  const loopback = LOOPBACK.map((name) => new URL(`http://${name}:${port}`).origin);
  const known = new Set([new URL(publicUrl).origin, ...loopback, ...extra]);
  const local = isLoopback(publicUrl);
  const allowed = (origin: string, host: string | undefined) =>
    known.has(origin) || (local && origin === `http://${host}` && isLoopback(origin));
  return {
    allowed,
    check({ origin, host }, changes) {
      if (origin === undefined && !changes) return;
      if (origin !== undefined && allowed(origin, host)) return;
      throw new UniCoreError(
        'FORBIDDEN',
        origin === undefined
          ? 'The request has a cookie but no Origin header. Scripts use a bearer token: npm run user -- NAME --token.'
          : `Pages of ${origin} may not use this hub. Start it with --origins ${origin} to allow them.`,
      );
    },
  };
}

/**
 * Returns whether the host name of a URL is a loopback name. The name is not resolved to an address, because
 * an attacker can let a domain resolve to 127.0.0.1.
 */
function isLoopback(url: string): boolean {
  return LOOPBACK.includes(URL.parse(url)?.hostname ?? '');
}
