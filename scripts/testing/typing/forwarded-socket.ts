/**
 * A WebSocket class that sends the header X-Forwarded-For, as a proxy would. Node's own WebSocket can't send
 * headers.
 */
import { maskFor } from '@unicore/agent/tunnel/mask';
import { WebSocket as WsSocket } from 'ws';

/** `address` is the address from which the connection seems to come. */
export function forwardedSocket(address: string): typeof globalThis.WebSocket {
  class Forwarded extends WsSocket {
    constructor(url: string, protocols: string[]) {
      const headers = { 'x-forwarded-for': address };
      super(url, protocols, { headers, perMessageDeflate: false, ...maskFor(url) });
      // The error is ignored, because the event 'close' follows.
      this.on('error', () => {});
    }
  }
  return Forwarded as unknown as typeof globalThis.WebSocket;
}
