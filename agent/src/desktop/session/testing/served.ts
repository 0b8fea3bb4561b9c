/** A holder's socket without a desktop, and a consumer of its channels. */
import { connect } from 'node:net';
import { join } from 'node:path';
import { type AcceptedChannel, type OpenRequest, systemClock } from '@unicore/protocol';
import type { DesktopAuth } from '@unicore/protocol/control';
import pino from 'pino';
import { greet } from '../../../local/index.ts';
import type { HolderMethods, HolderNews } from '../../holder/index.ts';
import { DesktopConsumer, SESSION } from '../../testing/index.ts';
import { HolderServer } from '../server.ts';

export interface Served {
  readonly consumer: DesktopConsumer;
  close(): Promise<void>;
}

/** The object that accepts the channels. */
interface Accepts {
  accept(request: OpenRequest, auth: DesktopAuth): AcceptedChannel;
  reattach(id: string, auth: DesktopAuth, meta: unknown): unknown;
}

export async function serve(folder: string, accepts: Accepts): Promise<Served> {
  const socketPath = join(folder, 'holder');
  const none = () => Promise.reject(new Error('The test has no such method.'));
  const server = await HolderServer.start({
    socketPath,
    sessionId: SESSION,
    attempt: 1,
    methods: { status: none, limit: none, control: none, screenshot: none, end: none },
    clock: systemClock,
    log: pino({ level: 'silent' }),
    accept: (request, auth) => accepts.accept(request, auth),
    reattach: (id, auth, meta) => accepts.reattach(id, auth, meta),
  });
  const news: HolderNews = { changed: async () => {} };
  const peer = await greet<HolderMethods, HolderNews>(connect(socketPath), systemClock, news);
  return {
    consumer: new DesktopConsumer({ sessionId: SESSION, holder: () => peer.leg }),
    async close() {
      peer.leg.close('OK', '');
      await server.close('The test is over.');
    },
  };
}
