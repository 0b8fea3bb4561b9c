/** Far end of UniCore: it dials the hub as a provider and serves every terminal that is opened. */
import { Acceptor, systemClock } from '@unicore/protocol';
import { zlibDeflater } from '@unicore/protocol/zlib';
import { serve } from '../../../testing/processes/child.ts';
import { serveFar } from '../../ends/far.ts';
import { ChannelStream } from './channel-stream.ts';
import { dialLeg } from './dial.ts';
import { AGENT_HELLO } from './hello.ts';

export type FarCalls = { ready(): void };

const [port] = process.argv.slice(2);
const acceptor = new Acceptor({
  clock: systemClock,
  // The keeper uses the same deflater.
  deflater: zlibDeflater,
  accept(request) {
    const stream = new ChannelStream();
    stream.bind(
      request.accept(
        stream.handler(() => {}),
        { terminalId: 'main', viewer: 'bench' },
      ),
    );
    serveFar(stream);
  },
});
await dialLeg(`ws://127.0.0.1:${port}/provider`, {
  hello: AGENT_HELLO,
  open: (leg, open) => acceptor.open(leg, open),
});

const calls: FarCalls = { ready() {} };
serve(calls);
