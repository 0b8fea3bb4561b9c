/** Parses the Redis URL of the configuration. */
import type { ConnectionOptions } from 'node:tls';

const DEFAULT_PORT = 6379;
const FORMS =
  'must be redis://[user:password@]host[:port][/db], rediss://… for TLS, or redis+cluster://[user:password@]host:port,host:port';

export interface RedisAddress {
  readonly cluster: boolean;
  /**
   * The address of one Redis server, or of any nodes of a cluster. The client learns the addresses of the
   * other nodes from these nodes.
   */
  readonly nodes: readonly { host: string; port: number }[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  readonly tls: ConnectionOptions | undefined;
}

/**
 * Parses a Redis URL. If the URL is invalid, throws an Error that shows the valid forms of the URL. The error
 * never contains the URL itself, because the URL may contain a password.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const [, secure, cluster, login, hosts, path] =
    /^redis(s?)(\+cluster)?:\/\/(?:([^@/]*)@)?([^@/]+)(?:\/(\d*))?$/.exec(text) ?? [];
  if (hosts === undefined) throw new Error(FORMS);
  const nodes = hosts.split(',').map(parseNode);
  if (nodes.length > 1 && !cluster)
    throw new Error(`names several hosts: only redis+cluster:// has more than one`);
  if (cluster && path) throw new Error('names a database: a cluster has only one, so leave the number out');
  const [username, password] = login === undefined ? [] : parseLogin(login);
  return {
    cluster: cluster !== undefined,
    nodes,
    username,
    password,
    db: Number(path || 0),
    tls: secure ? {} : undefined,
  };
}

function parseNode(text: string): { host: string; port: number } {
  const url = URL.canParse(`redis://${text}`) ? new URL(`redis://${text}`) : undefined;
  if (!url || url.hostname === '' || url.search !== '' || url.hash !== '') throw new Error(FORMS);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || DEFAULT_PORT) };
}

/** Parses `user:password`, `:password`, or a lone `password` as in redis://password@host. */
function parseLogin(text: string): [string | undefined, string | undefined] {
  const colon = text.indexOf(':');
  try {
    const user = decodeURIComponent(text.slice(0, Math.max(colon, 0)));
    return [user || undefined, decodeURIComponent(text.slice(colon + 1)) || undefined];
  } catch {
    throw new Error('has a user or password that is not percent-encoded: write % as %25');
  }
}
