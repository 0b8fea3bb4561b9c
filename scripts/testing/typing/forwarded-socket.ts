/** A WebSocket class that sends X-Forwarded-For, as a proxy would. Node's own WebSocket can't send headers. */
import { maskFor } from '@unicore/agent/tunnel/mask';
import { WebSocket as WsSocket } from 'ws';

/** address: from which the connection seems to come. */
export function forwardedSocket(address: string): typeof globalThis.WebSocket {
  class Forwarded extends WsSocket {
    constructor(url: string, protocols: string[]) {
      const headers = { 'x-forwarded-for': address };
      super(url, protocols, { headers, perMessageDeflate: false, ...maskFor(url) });
      // The 'close' event follows and is enough.
      this.on('error', () => {});
    }
  }
  return Forwarded as unknown as typeof globalThis.WebSocket;
}
