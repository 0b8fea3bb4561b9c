/** Far end of a replay through UniCore: it plays a recording on each opened channel. The terminal's id says which. */
import { Acceptor, systemClock } from '@unicore/protocol';
import { zlibDeflater } from '@unicore/protocol/zlib';
import { serve } from '../../testing/processes/child.ts';
import { ChannelStream } from '../carriers/unicore/channel-stream.ts';
import { dialLeg } from '../carriers/unicore/dial.ts';
import { AGENT_HELLO } from '../carriers/unicore/hello.ts';
import { load, replay } from './recording.ts';

export type FarCalls = { ready(): void };

const [port, ...files] = process.argv.slice(2);
const recordings = files.map(load);
const acceptor = new Acceptor({
  clock: systemClock,
  deflater: zlibDeflater,
  accept(request) {
    const { terminalId } = request.meta as { terminalId: string };
    const stream = new ChannelStream();
    stream.bind(
      request.accept(
        stream.handler(() => {}),
        { terminalId, viewer: 'bench' },
      ),
    );
    void replay(recordings[Number(terminalId.slice(1))]!, (bytes) => stream.send(bytes));
  },
});
await dialLeg(`ws://127.0.0.1:${port}/provider`, {
  hello: AGENT_HELLO,
  open: (leg, open) => acceptor.open(leg, open),
});
const calls: FarCalls = { ready() {} };
serve(calls);
