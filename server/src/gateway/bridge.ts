/**
 * Serves a raw socket, whose client knows nothing of this protocol. The hub acts as the client's end of the
 * channel, and converts between WebSocket messages and bytes of the channel.
 */
import { randomBytes } from 'node:crypto';
import {
  type Clock,
  type ErrorCode,
  FIXED_WINDOWS,
  Opener,
  Outbox,
  UniCoreError,
  WINDOWS,
} from '@unicore/protocol';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Identity, Relay } from '../relay/index.ts';
import type { Framing, RawKind } from './framing.ts';
import { innerLeg } from './inner-leg.ts';
import { keepAlive } from './keepalive.ts';
import { Receipts } from './receipts.ts';

/**
 * Maximum number of input bytes that may wait because the other end does not accept more input yet. Above
 * this limit the hub pauses the client's socket. Below half of this limit the hub resumes the socket.
 */
const MAX_INPUT = 256 * 1024;

export interface RawSocket {
  /** An accepted socket that was paused before any message was read. */
  ws: WebSocket;
  kind: RawKind;
  /** Metadata of the OPEN frame. */
  open: unknown;
  framing: Framing;
  identity: Identity;
  relay: Relay;
  clock: Clock;
  meter: { message(kind: RawKind, direction: 'in' | 'out', bytes: number): void };
  log: Logger;
  /** Closes the socket with an error code and message. */
  close: (code: ErrorCode, message: string) => void;
}

/**
 * Connects a raw socket to a channel until either side ends. Output counts as consumed when the client has
 * read it, so at most one flow-control window of output waits for a slow client. If the path of the channel
 * breaks, the hub closes the socket. A raw client cannot resume and must get a new ticket.
 */
export function bridge({
  ws,
  kind,
  open,
  framing,
  identity,
  relay,
  clock,
  meter,
  log,
  close,
}: RawSocket): void {
  const input = new Outbox();
  /**
   * A function that closes the socket after the other end has ended the channel. It is undefined until then.
   * It is called when the last output has been sent.
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
  const receipts = new Receipts({
    ws,
    clock,
    kind,
    window: WINDOWS[kind],
    read: (bytes) => opener.consumed(bytes),
  });
  /** Ends channel and socket if `convert` refuses the bytes or the message. */
  const convert = <T>(convert: () => readonly T[]): readonly T[] => {
    try {
      return convert();
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      opener.reset(error.code, error.message);
      return [];
    }
  };
  const opener = new Opener({
    clock,
    kind,
    meta: () => open,
    random: randomBytes,
    leg: () => leg,
    resume: false,
    // The flow-control windows for the output have a fixed size. They limit how much output the hub holds for
    // a client that does not read.
    windows: FIXED_WINDOWS,
    deflater: zlibDeflater,
    handler: {
      attached: () => ws.resume(),
      data(bytes) {
        meter.message(kind, 'out', bytes.length);
        for (const fragment of convert(() => framing.toClient(bytes))) {
          receipts.send(fragment, () => {
            if (receipts.unsent === 0) farewell?.();
          });
        }
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
  ws.on('message', (message: Buffer, isBinary) => {
    meter.message(kind, 'in', message.length);
    if (opener.isClosed) return;
    for (const bytes of convert(() => framing.toChannel(message, isBinary))) input.push(bytes);
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
