/** Raw clients of desktops for tests: how they get a ticket, and what they read. */
import { expect } from 'vitest';
import type { WebSocket } from 'ws';
import type { DesktopPass } from '../../relay/index.ts';
import { identity } from '../../sockets/testing/auth.ts';
import type { TestHub } from '../../sockets/testing/test-hub.ts';

let issued = 0;

interface Wish extends Partial<DesktopPass> {
  /** The desktop of the ticket, if it is another one than that of the URL. */
  ticketFor?: string;
  viewOnly?: boolean;
  query?: Record<string, string>;
}

/** The URL for alice's desktop d-1, with a new ticket as vnc.connect would return it. */
export function desktopUrl(hub: TestHub, kind: 'vnc' | 'cdp', wish: Wish = {}): string {
  const { ticketFor: sessionId = 'd-1', viewOnly = false, attempt = 1, guest = false, query = {} } = wish;
  const ticket = `ticket-${++issued}`;
  const who = { ...identity('alice'), desktop: { desktopId: sessionId, attempt, guest } };
  hub.desktopTickets.set(ticket, { kind, sessionId, identity: who, viewOnly });
  return `${hub.url}/${kind}/d-1?${new URLSearchParams({ ticket, ...query })}`;
}

/** Collects binary messages until this many bytes have arrived. */
export function readBytes(ws: WebSocket, bytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  return new Promise((done) => {
    const take = (message: Buffer, isBinary: boolean) => {
      expect(isBinary).toBe(true);
      pieces.push(message);
      size += message.length;
      if (size < bytes) return;
      ws.off('message', take);
      done(Buffer.concat(pieces));
    };
    ws.on('message', take);
  });
}

/** Collects this many text messages. */
export function readTexts(ws: WebSocket, count: number): Promise<string[]> {
  const texts: string[] = [];
  return new Promise((done) => {
    const take = (message: Buffer, isBinary: boolean) => {
      expect(isBinary).toBe(false);
      texts.push(String(message));
      if (texts.length < count) return;
      ws.off('message', take);
      done(texts);
    };
    ws.on('message', take);
  });
}
