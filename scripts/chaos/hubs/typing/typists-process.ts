/** A process of typists. Each has a client and a terminal of its own; the parent process tells it which. */
import { createUniCore } from '@unicore/client/sdk';
import { ECHO_COMMAND, Typist } from '../../../testing/typist.ts';
import { now } from '../../run/messages.ts';
import { type Echo, type FromTypists, ToTypists } from './messages.ts';

/** Interval at which echoes are reported to the parent, ms. */
const TELL_MS = 100;

const typists: Typist[] = [];
let echoes: Echo[] = [];

process.title = 'unicore-chaos-typists';
process.on('disconnect', () => process.exit());
process.on('message', (raw) => {
  const message = ToTypists.parse(raw);
  if (message.type === 'start') start(message);
  else for (const typist of typists) typist.finish();
});

function start({ places, everyMs }: Extract<ToTypists, { type: 'start' }>): void {
  for (const [index, { typist: number, url, token, vmId, terminalId }] of places.entries()) {
    const unicore = createUniCore({ url, getToken: () => token });
    const typist = new Typist({
      socket: unicore.openTerminal(vmId, { terminalId }),
      command: ECHO_COMMAND,
      now,
      ready: () => tell({ type: 'ready', typist: number }),
      echo: (typed, tookMs) => echoes.push({ typist: number, typed, tookMs }),
      done: (keys) => {
        tellEchoes();
        tell({ type: 'done', typist: number, keys });
      },
      broken: (message) => tell({ type: 'broken', typist: number, message }),
    });
    typists.push(typist);
    // Spread the typists over the interval.
    setTimeout(() => setInterval(() => typist.type(), everyMs), (index * everyMs) / places.length);
  }
  setInterval(tellEchoes, TELL_MS);
}

function tellEchoes(): void {
  if (echoes.length > 0) tell({ type: 'echoes', echoes });
  echoes = [];
}

function tell(message: FromTypists): void {
  process.send!(message);
}
