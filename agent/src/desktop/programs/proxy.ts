/**
 * The proxy through which Chromium reaches the network. Chromium's network namespace has no other way out. The
 * proxy (SOCKS 5) resolves each name, checks every address, and connects only to an address that it has
 * checked. So a name whose address changes (DNS rebinding) does not reach more than an address itself would.
 */
import { lookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { Reach } from './addresses.ts';
import {
  NO_AUTHENTICATION,
  parseGreeting,
  parseRequest,
  REPLY,
  reply,
  SocksError,
  type Target,
} from './socks.ts';
import type { Traffic } from './traffic.ts';

/** Time limit for a connection to a server, in ms. */
const CONNECT_LIMIT_MS = 30_000;
/**
 * Maximum size of a SOCKS greeting and request, in bytes. A client that sends more without a complete request
 * is disconnected.
 */
const MOST_HEAD_BYTES = 1_024;
/** Error code for a name whose addresses the desktop may not reach. */
const REFUSED = 'EACCES';

/** Serves all connections that `server` accepts, and counts its connections to servers in `traffic`. */
export function serveProxy(server: Server, reach: Reach, traffic: Traffic): void {
  server.on('connection', (client) => {
    client.allowHalfOpen = true;
    client.on('error', () => client.destroy());
    serve(client, reach, traffic).catch((error: unknown) => {
      client.end(reply(error instanceof SocksError ? REPLY.unsupported : REPLY.failed));
    });
  });
}

async function serve(client: Socket, reach: Reach, traffic: Traffic): Promise<void> {
  await head(client, parseGreeting);
  client.write(NO_AUTHENTICATION);
  const target = await head(client, parseRequest);
  let server: Socket;
  try {
    server = await dial(target, reach);
  } catch (error) {
    const isRefused = error instanceof Error && 'code' in error && error.code === REFUSED;
    client.end(reply(isRefused ? REPLY.notAllowed : REPLY.hostUnreachable));
    return;
  }
  traffic.add(server);
  client.write(reply(REPLY.connected));
  // An error on one side closes both sides.
  const end = (error: unknown) => {
    if (!error) return;
    client.destroy();
    server.destroy();
  };
  pipeline(client, server, end);
  pipeline(server, client, end);
}

/** Reads one message from the start of the stream. Bytes after the message stay in the stream. */
async function head<T>(
  client: Socket,
  parse: (bytes: Buffer) => { value: T; length: number } | undefined,
): Promise<T> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const chunk: Buffer | null = client.read();
    if (chunk !== null) {
      bytes = Buffer.concat([bytes, chunk]);
      const parsed = parse(bytes);
      if (parsed) {
        if (bytes.length > parsed.length) client.unshift(bytes.subarray(parsed.length));
        return parsed.value;
      }
      if (bytes.length > MOST_HEAD_BYTES) throw new SocksError('no request');
    }
    if (client.readableEnded || client.destroyed) throw new SocksError('the client is gone');
    await new Promise<void>((resolve) => {
      const go = () => {
        client.off('readable', go).off('end', go).off('close', go);
        resolve();
      };
      client.on('readable', go).on('end', go).on('close', go);
    });
  }
}

function dial({ host, port }: Target, reach: Reach): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Node's sockets call `lookup` for names only, so an address is checked here.
    if (isIP(host) !== 0 && !reach(host)) return reject(refusal(host));
    const socket = connect({
      host,
      port,
      allowHalfOpen: true,
      autoSelectFamily: true,
      lookup: lookupReachable(reach),
    });
    const limit = setTimeout(() => socket.destroy(new Error('no answer')), CONNECT_LIMIT_MS);
    socket.once('error', (error) => {
      clearTimeout(limit);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(limit);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

function lookupReachable(reach: Reach): LookupFunction {
  return (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const reachable = addresses.filter(({ address }) => reach(address));
      if (reachable.length === 0) return done(refusal(name), []);
      done(null, reachable);
    });
  };
}

function refusal(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} is not a public address.`), { code: REFUSED });
}
