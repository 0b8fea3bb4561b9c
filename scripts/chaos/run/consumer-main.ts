/**
 * Part of the chaos runs: a consumer process (a client of the hub), which uses the SDK. Its parent process
 * tells it which terminals to open.
 */
import { join } from 'node:path';
import { createUniCore } from '@unicore/client/sdk';
import { Random } from '@unicore/protocol/sim';
import { now } from '../../testing/monotonic.ts';
import { type FromConsumer, ToConsumer } from './messages.ts';
import { TerminalTraffic } from './terminal-traffic.ts';

/** Interval between two writes on each channel, ms. */
const TICK_MS = 40;
const PEER = join(import.meta.dirname, 'peer.pl');

let all = new Map<number, TerminalTraffic>();

process.title = 'unicore-chaos-consumer';
process.on('disconnect', () => process.exit());
process.on('message', (raw) => {
  const message = ToConsumer.parse(raw);
  if (message.type === 'start') start(message);
  else if (message.type === 'ask') ask(message);
  else for (const traffic of all.values()) traffic.finish();
});

function start({ url, token, places, rate, seed }: Extract<ToConsumer, { type: 'start' }>): void {
  const unicore = createUniCore({ url, getToken: () => token });
  const random = new Random(seed);
  const begin = ({ channel, vmId, terminalId }: (typeof places)[number]) => {
    return new TerminalTraffic({
      socket: unicore.openTerminal(vmId, { terminalId }),
      channel,
      command: ` stty raw -echo; exec perl '${PEER}' ${channel} ${rate}\r`,
      random,
      now,
      flowing: () => tell({ type: 'flowing', channel }),
      gap: (way, from, to, detached) => tell({ type: 'gap', channel, way, from, to, detached }),
      done: (bytes) => tell({ type: 'done', channel, ...bytes }),
      broken: (message) => tell({ type: 'broken', channel, message }),
    });
  };
  all = new Map(places.map((place) => [place.channel, begin(place)]));
  let last = now();
  setInterval(() => {
    const due = ((now() - last) * rate) / 1000;
    last = now();
    // Each write has a random size, so that frame boundaries are at different offsets in each channel.
    for (const traffic of all.values()) traffic.say(Math.round(due * 2 * random.fraction()));
  }, TICK_MS);
}

function ask({ question }: Extract<ToConsumer, { type: 'ask' }>): void {
  for (const [channel, traffic] of all) {
    void traffic.moving().then(() => tell({ type: 'moved', channel, question }));
  }
}

function tell(message: FromConsumer): void {
  process.send!(message);
}
