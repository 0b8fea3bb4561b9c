/** A raw /terminal socket: the hub is the end of its channel, and turns messages into bytes and back. */
import { randomBytes } from 'node:crypto';
import { type Clock, type ErrorCode, FIXED_WINDOWS, Opener, Outbox } from '@unicore/protocol';
import type { TerminalOpen } from '@unicore/protocol/control';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Identity, Relay } from '../relay/index.ts';
import { innerLeg } from './inner-leg.ts';
import { keepPulse } from './pulse.ts';
import { Receipts } from './receipts.ts';

/** Input that waits for the terminal's credit: above this the client's socket is not read, below half of it again. */
const MAX_INPUT = 256 * 1024;

export interface RawTerminal {
  /** Admitted, and paused: nothing was read yet. */
  ws: WebSocket;
  open: TerminalOpen;
  identity: Identity;
  relay: Relay;
  clock: Clock;
  meter: { message(kind: 'terminal', direction: 'in' | 'out', bytes: number): void };
  log: Logger;
  /** Closes the socket with an error's code and sentence. */
  close: (code: ErrorCode, message: string) => void;
}

/**
 * Runs until either side ends. Bytes count as consumed when the client has read them, so one that does not read, or has
 * a slow line, holds one window and no more. A lost path closes the socket: a raw client cannot resume, it asks for a
 * new ticket.
 */
export function bridgeTerminal({ ws, open, identity, relay, clock, meter, log, close }: RawTerminal): void {
  const input = new Outbox();
  /** Set once the shell ended: to be called when its last output is on its way. */
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
    // What the client does not read waits here.
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
        // Where our own leg was closed, it knows better why.
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
  keepPulse(ws, clock, () => receipts.unread > 0);
}
