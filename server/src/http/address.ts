/** Where a request comes from, for limits that count by address. */
import type { IncomingMessage } from 'node:http';

/** The socket's own address: nothing that the request says of itself. */
export function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? 'unknown';
}
