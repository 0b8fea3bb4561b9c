/**
 * Serves a raw /terminal socket. The hub acts as the client's end of the terminal channel, and converts
 * between WebSocket messages and bytes of the channel.
 */
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
 * Maximum number of input bytes that may wait because the terminal does not accept more input yet. Above this
 * limit the hub pauses the client's socket. Below half of this limit the hub resumes the socket.
 */
const MAX_INPUT = 256 * 1024;

export interface RawTerminal {
  /** An accepted socket that was paused before any message was read. */
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
 * Connects a raw socket to a terminal until either side ends. Output counts as consumed when the client has
 * read it, so at most one flow-control window of output waits for a slow client. If the connection to the
 * terminal breaks, the hub closes the socket. A raw client cannot resume a terminal and must get a new
 * ticket.
 */
export function bridgeTerminal({ ws, open, identity, relay, clock, meter, log, close }: RawTerminal): void {
  const input = new Outbox();
  /**
   * A function that closes the socket after the shell has ended. It is undefined until the shell ends. It is
   * called when the last output has been sent.
   */
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
    // The flow-control windows for the terminal's output have a fixed size. They limit how much output the
    // hub holds for a client that does not read.
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
        // If the whole connection to the relay was closed, the close handler of that connection closes the
        // socket. It knows the reason more precisely than this handler of one channel.
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
