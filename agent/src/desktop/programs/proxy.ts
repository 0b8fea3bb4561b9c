/**
 * The only way from Chromium into the network. Chromium runs in a network namespace without any interface to the
 * outside. Each of its connections comes to this SOCKS proxy, which resolves the name, checks every address, and
 * dials only an address that it has checked. So a name that changes its address (DNS rebinding) reaches nothing
 * that a number would not reach.
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
/** Most bytes of a SOCKS greeting and request. Clients that send more without a complete request are cut off. */
const MOST_HEAD_BYTES = 1_024;
/** Error code of names whose addresses may not be reached. */
const REFUSED = 'EACCES';

/** Serves every connection that `server` accepts. Adds each connection to a server to `traffic`. */
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
  // An error on one side ends both.
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
    // A socket looks up names, but not addresses.
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
