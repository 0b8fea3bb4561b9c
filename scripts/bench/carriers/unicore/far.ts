/** The provider's end of ours: an acceptor that ends every terminal here. */
import { Acceptor, systemClock } from '@unicore/protocol';
import type { AgentHello } from '../../../../server/src/control/contract.ts';
import { serveFar } from '../../ends/far.ts';
import { serve } from '../../lib/child.ts';
import { ChannelStream } from './channel-stream.ts';
import { dialLeg } from './dial.ts';

export type FarCalls = { ready(): void };

const [port] = process.argv.slice(2);
const hello: AgentHello = {
  token: 'bench',
  connSeq: 1,
  version: '0.0.0',
  name: 'bench',
  runtime: 'process',
  isolation: 'process',
  beat: { cpu: 0, cores: 2, memoryTotal: 1, memoryFree: 1, diskTotal: 1, diskFree: 1, vms: 0 },
};

const acceptor = new Acceptor({
  clock: systemClock,
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
await dialLeg(`ws://127.0.0.1:${port}/provider`, { hello, open: (leg, open) => acceptor.open(leg, open) });

const calls: FarCalls = { ready() {} };
serve(calls);
