/** A consumer for tests: the protocol's real opener on a real socket, which keeps what it receives. */
import { randomBytes } from 'node:crypto';
import { type Deflater, type ErrorCode, type Leg, Opener, Outbox, systemClock } from '@unicore/protocol';
import { type Dialled, dialLeg } from './dial-leg.ts';

export function startTestConsumer(hubUrl: string, user: string): Promise<Dialled> {
  return dialLeg(`${hubUrl}/consumer`, { hello: { token: `token-${user}` } });
}

export interface TestTerminal {
  opener: Opener;
  /** Resolves with the first ACCEPT. */
  attached: Promise<unknown>;
  closed: Promise<{ code: ErrorCode; message: string }>;
  /** The codes of all DETACHED frames, in order. */
  detached: ErrorCode[];
  write(bytes: Uint8Array | string): void;
  /** Resolves with all received bytes once there are this many. */
  received(bytes: number): Promise<Buffer>;
}

interface TestTerminalOptions {
  leg: () => Leg | undefined;
  open: Record<string, unknown>;
  resume?: boolean;
  deflater?: Deflater;
  /** Receives each piece of data. The consumer then does not store the data. */
  onData?: (bytes: Uint8Array) => void;
}

export function openTerminal({
  leg,
  open,
  resume = false,
  deflater,
  onData,
}: TestTerminalOptions): TestTerminal {
  const input = new Outbox();
  const pieces: Uint8Array[] = [];
  let size = 0;
  let waiting: { bytes: number; done: (all: Buffer) => void }[] = [];
  const attached = Promise.withResolvers<unknown>();
  const closed = Promise.withResolvers<{ code: ErrorCode; message: string }>();
  const detached: ErrorCode[] = [];
  const opener = new Opener({
    clock: systemClock,
    kind: 'terminal',
    meta: () => open,
    random: randomBytes,
    leg,
    resume,
    ...(deflater && { deflater }),
    handler: {
      attached: attached.resolve,
      detached: (code) => detached.push(code),
      pull: (max) => input.pull(max),
      data(bytes) {
        opener.consumed(bytes.length);
        if (onData) return onData(bytes);
        pieces.push(bytes.slice());
        size += bytes.length;
        waiting = waiting.filter((one) => size < one.bytes || one.done(Buffer.concat(pieces)));
      },
      ended: () => opener.end(),
      closed: (code, message) => closed.resolve({ code, message }),
    },
  });
  opener.attach();
  return {
    opener,
    attached: attached.promise,
    closed: closed.promise,
    detached,
    write(bytes) {
      input.push(Buffer.from(bytes));
      opener.wake();
    },
    received: (bytes) =>
      size >= bytes
        ? Promise.resolve(Buffer.concat(pieces))
        : new Promise((done) => waiting.push({ bytes, done })),
  };
}
