/** A raw /terminal socket. The hub is the end of its channel, and translates between messages and bytes. */
import { randomBytes } from 'node:crypto';
import { type Clock, type ErrorCode, FIXED_WINDOWS, Opener, Outbox } from '@unicore/protocol';
import type { TerminalOpen } from '@unicore/protocol/control';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Identity, Relay } from '../relay/index.ts';
import { innerLeg } from './inner-leg.ts';
import { keepAlive } from './keepalive.ts';
import { Receipts } from './receipts.ts';

/**
 * Bytes of input that may wait for the terminal's credit. Above this the client's socket is paused; below half of it,
 * resumed.
 */
const MAX_INPUT = 256 * 1024;

export interface RawTerminal {
  /** An accepted socket, paused before anything was read. */
  ws: WebSocket;
  open: TerminalOpen;
  identity: Identity;
  relay: Relay;
  clock: Clock;
  meter: { message(kind: 'terminal', direction: 'in' | 'out', bytes: number): void };
  log: Logger;
  /** Closes the socket with an error code and message. */
  close: (code: ErrorCode, message: string) => void;
}

/**
 * Connects a raw socket to a terminal until either side ends. Output counts as consumed once the client has read it, so
 * a slow client holds one window at most. If the path breaks, the socket is closed: a raw client cannot resume and has
 * to get a new ticket.
 */
export function bridgeTerminal({ ws, open, identity, relay, clock, meter, log, close }: RawTerminal): void {
  const input = new Outbox();
  /** Closes the socket. Set once the shell has ended, and called when its last output has been sent. */
  let farewell: (() => void) | undefined;
  const leg = innerLeg({
    clock,
    relay,
    identity,
    handler: {
      welcome: () => opener.attach(),
      fault: (error) => log.error({ err: error }, 'a frame could not be handled'),
      closed: close,
    },
  });
  const receipts = new Receipts({ ws, clock, read: (bytes) => opener.consumed(bytes) });
  const opener = new Opener({
    clock,
    kind: 'terminal',
    meta: () => open,
    random: randomBytes,
    leg: () => leg,
    resume: false,
    // Output that the client does not read waits in these windows.
    windows: FIXED_WINDOWS,
    deflater: zlibDeflater,
    handler: {
      attached: () => ws.resume(),
      data(bytes) {
        meter.message('terminal', 'out', bytes.length);
        receipts.send(bytes, () => {
          if (receipts.unsent === 0) farewell?.();
        });
      },
      pull(max) {
        const bytes = input.pull(max);
        if (ws.isPaused && input.size < MAX_INPUT / 2) ws.resume();
        return bytes;
      },
      ended(code, message) {
        farewell = () => close(code, message);
        if (receipts.unsent === 0) farewell();
      },
      closed(code, message) {
        // If the inner leg was closed, its own close handler has the better reason.
        if (leg.open) close(code, message);
      },
    },
  });
  ws.on('message', (message: Buffer) => {
    meter.message('terminal', 'in', message.length);
    if (open.readOnly) return;
    input.push(message);
    if (input.size > MAX_INPUT) {
      ws.pause();
      receipts.settle();
    }
    opener.wake();
  });
  ws.on('close', () => {
    opener.reset('OK', 'the client closed the socket');
    leg.close('OK', '');
  });
  keepAlive(ws, clock, () => receipts.unread > 0);
}
