/** One consumer: a client of its own with one terminal, whose keys must come back once and in order. */

import { maskFor } from '@unicore/agent/tunnel';
import { createUniCore } from '@unicore/client/sdk';
import { WebSocket as WsSocket } from 'ws';
import { Typist } from '../../testing/typist.ts';
import type { Person } from './population.ts';

export interface ClientPlace extends Person {
  /** http://…, of its hub. */
  readonly hub: string;
  /** What a proxy in front of the hub would say of where it is. */
  readonly address: string;
}

export interface TypingEvents {
  /** due: when the key was to be typed. */
  echoed(due: number): void;
  /** The socket was there and is not any more. */
  lost(): void;
  /** The terminal is shown as reconnecting though there is a socket: it was detached, or has no answer for 3 s. */
  shownAway(): void;
  /** A key was lost, doubled or out of order, or the terminal ended. */
  broken(message: string): void;
}

/** Its first key is typed at once; the returned promise settles with the echo. */
export function connectTypist({ hub, address, token, vmId }: ClientPlace, events: TypingEvents) {
  const ready = Promise.withResolvers<void>();
  const unicore = createUniCore({ url: hub, getToken: () => token, WebSocket: socketsFrom(address) });
  unicore.onStatus((status) => status === 'reconnecting' && events.lost());
  const socket = unicore.openTerminal(vmId);
  const typist: Typist = new Typist({
    socket,
    now: () => performance.now(),
    ready: () => typist.type(),
    echo(due) {
      events.echoed(due);
      ready.resolve();
    },
    done() {},
    broken: events.broken,
  });
  socket.onstatus = (status) => {
    const isOnline = unicore.status === 'connected';
    if (isOnline && (status === 'reconnecting' || status === 'provider-offline')) events.shownAway();
  };
  return { typist, ready: ready.promise };
}

/** Node's own WebSocket can send no headers. */
function socketsFrom(address: string): typeof globalThis.WebSocket {
  class From extends WsSocket {
    constructor(url: string, protocols: string[]) {
      const headers = { 'x-forwarded-for': address };
      super(url, protocols, { headers, perMessageDeflate: false, ...maskFor(url) });
      // 'close' follows, and says enough.
      this.on('error', () => {});
    }
  }
  return From as unknown as typeof globalThis.WebSocket;
}
