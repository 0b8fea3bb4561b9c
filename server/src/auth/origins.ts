/** Which pages may call this hub with its cookies. An exact list: no wildcard, and nothing taken from the request. */
import { UniCoreError } from '@unicore/protocol';

export interface Origins {
  allowed(origin: string): boolean;
  /**
   * For a request that a cookie proves. Throws FORBIDDEN if it comes from another page, or changes something and
   * does not say which page it comes from.
   */
  check(origin: string | undefined, changes: boolean): void;
}

/** The hub's own URL, the names of loopback at its port, and what the configuration adds. */
export function createOrigins(publicUrl: string, port: number, extra: readonly string[]): Origins {
  const loopback = ['localhost', '127.0.0.1', '[::1]'].map(
    (host) => new URL(`http://${host}:${port}`).origin,
  );
  const known = new Set([new URL(publicUrl).origin, ...loopback, ...extra]);
  return {
    allowed: (origin) => known.has(origin),
    check(origin, changes) {
      if (origin === undefined && !changes) return;
      if (origin !== undefined && known.has(origin)) return;
      throw new UniCoreError(
        'FORBIDDEN',
        origin === undefined
          ? 'The request has a cookie but no Origin header. Scripts use a bearer token: npm run user -- NAME --token.'
          : `Pages of ${origin} may not use this hub. Start it with --origins ${origin} to allow them.`,
      );
    },
  };
}
