/**
 * The origins whose pages may call this hub with its cookies. The list is exact, without wildcards. A hub on loopback
 * also accepts its own page through another port of this machine (`ssh -L`, a proxy).
 */
import { UniCoreError } from '@unicore/protocol';

export interface Origins {
  /** host: the request's Host header. */
  allowed(origin: string, host: string | undefined): boolean;
  /**
   * Checks a request that is authenticated by a cookie. Throws FORBIDDEN if its origin is not allowed, or if it changes
   * something and has no Origin header.
   */
  check(from: { origin?: string | undefined; host?: string | undefined }, changes: boolean): void;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Allows the hub's own URL, loopback at its port, and the origins of the configuration. */
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

/** Whether a URL names loopback. It compares names, not addresses: an attacker can point a domain at 127.0.0.1. */
function isLoopback(url: string): boolean {
  return LOOPBACK.includes(URL.parse(url)?.hostname ?? '');
}
