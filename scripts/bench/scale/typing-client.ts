/** A consumer with a client of its own and one terminal, whose keys must be echoed once and in order. */

import { maskFor } from '@unicore/agent/tunnel';
import { createUniCore } from '@unicore/client/sdk';
import { WebSocket as WsSocket } from 'ws';
import { Typist } from '../../testing/typist.ts';
import type { Person } from './population.ts';

export interface ClientPlace extends Person {
  /** URL of the consumer's hub (http://…). */
  readonly hub: string;
  /** The address that a proxy in front of the hub would report. */
  readonly address: string;
}

export interface TypingEvents {
  /** due: when the key should have been typed. */
  echoed(due: number): void;
  /** The socket was open and was lost. */
  lost(): void;
  /** The terminal is shown as reconnecting although its socket is open: it was detached, or had no answer for 3 s. */
  shownAway(): void;
  /** A key was lost, repeated or out of order, or the terminal ended. */
  broken(message: string): void;
}

/** Connects a typist, which types its first key at once. `ready` resolves with the first echo. */
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

/** Node's built-in WebSocket can't send headers. */
function socketsFrom(address: string): typeof globalThis.WebSocket {
  class From extends WsSocket {
    constructor(url: string, protocols: string[]) {
      const headers = { 'x-forwarded-for': address };
      super(url, protocols, { headers, perMessageDeflate: false, ...maskFor(url) });
      // The 'close' event follows and is enough.
      this.on('error', () => {});
    }
  }
  return From as unknown as typeof globalThis.WebSocket;
}
