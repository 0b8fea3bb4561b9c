/**
 * Which pages may call this hub with its cookies. An exact list, without wildcards; and for a hub of this machine alone,
 * its own page when it is reached through another port of this machine (`ssh -L`, a proxy).
 */
import { UniCoreError } from '@unicore/protocol';

export interface Origins {
  /** host: the request's Host header. */
  allowed(origin: string, host: string | undefined): boolean;
  /**
   * For a request that a cookie proves. Throws FORBIDDEN if it comes from another page, or changes something and
   * does not say which page it comes from.
   */
  check(from: { origin?: string | undefined; host?: string | undefined }, changes: boolean): void;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The hub's own URL, the names of loopback at its port, and what the configuration adds. */
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

/** A foreign name that is made to point at this machine is no name of loopback. */
function isLoopback(url: string): boolean {
  return LOOPBACK.includes(URL.parse(url)?.hostname ?? '');
}
