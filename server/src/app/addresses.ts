/**
 * The addresses of a hub: the port on which the hub listens, its default URL, and the URL by which a request
 * reached the hub.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UniCoreError } from '@unicore/protocol';
import type { Origins } from '../auth/index.ts';
import type { Config } from '../config.ts';

export function listen(server: Server, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `Port ${port} is in use. Stop what uses it, or choose another with --port.`
          : `The hub can't listen on ${host}:${port}: ${cause.message}. Check --host and --port.`;
      reject(new UniCoreError('CONFLICT', why, { cause }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/**
 * Returns the URL of a hub that has no configured public URL. If the hub listens on all addresses, the URL
 * contains the loopback address, because browsers cannot open 0.0.0.0 or ::.
 */
export function defaultUrl(host: string, port: number): string {
  const named = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return new URL(`http://${named.includes(':') ? `[${named}]` : named}:${port}`).origin;
}

/**
 * Returns the WebSocket URL of this hub with the host name to which the request was sent. Returns the public
 * URL instead if that host name is not an allowed origin.
 */
export function socketUrl(
  { headers: { host = '' } }: IncomingMessage,
  origins: Origins,
  publicUrl: string,
): string {
  const reached = [`http://${host}`, `https://${host}`].find((origin) => origins.allowed(origin, host));
  return (reached ?? publicUrl).replace(/^http/, 'ws');
}
