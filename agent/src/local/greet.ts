/** Dials another process of this machine: a leg over a byte stream, and a control channel for calls. */
import type { Duplex } from 'node:stream';
import { type Clock, Leg, UniCoreError } from '@unicore/protocol';
import { openRpc } from './rpc-channel.ts';
import { StreamTransport } from './stream-transport.ts';

export interface LocalPeer<Remote> {
  readonly leg: Leg;
  readonly control: Remote;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
}

/**
 * Resolves when the other process has answered. Rejects if the stream ends first. local: the methods that the
 * other process may call.
 */
export function greet<Remote extends object, Local extends object>(
  stream: Duplex,
  clock: Clock,
  local: Local,
): Promise<LocalPeer<Remote>> {
  const transport = new StreamTransport(stream);
  return new Promise((resolve, reject) => {
    const over = Promise.withResolvers<void>();
    const leg: Leg = new Leg({
      transport,
      clock,
      peer: 'keeper',
      dial: { meta: { pid: process.pid } },
      handler: {
        welcome: () =>
          resolve({ leg, control: openRpc<Remote, Local>(leg, clock, local), closed: over.promise }),
        closed: (code, message) => {
          over.resolve();
          reject(new UniCoreError(code, message));
        },
      },
    });
    transport.attach(leg);
  });
}
