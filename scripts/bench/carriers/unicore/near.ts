/** The consumer's end of ours: one leg with as many openers as streams. */
import { randomBytes } from 'node:crypto';
import { Opener, systemClock } from '@unicore/protocol';
import { serveNear } from '../../ends/near.ts';
import { ChannelStream } from './channel-stream.ts';
import { dialLeg } from './dial.ts';

const [port, count] = process.argv.slice(2);
const leg = await dialLeg(`ws://127.0.0.1:${port}/consumer`, { hello: { token: 'ada' } });

function open(index: number): Promise<ChannelStream> {
  const { promise, resolve } = Promise.withResolvers<ChannelStream>();
  const stream = new ChannelStream();
  const opener = new Opener({
    clock: systemClock,
    kind: 'terminal',
    meta: () => ({ vmId: 'bench', terminalId: `t${index}` }),
    random: randomBytes,
    leg: () => leg,
    resume: false,
    handler: {
      ...stream.handler((message) => {
        throw new Error(`channel ${index} closed: ${message}`);
      }),
      attached: () => resolve(stream),
    },
  });
  stream.bind(opener);
  opener.attach();
  return promise;
}

serveNear(await Promise.all(Array.from({ length: Number(count) }, (_, index) => open(index))));
