/**
 * The consumer in the benchmark of lost connections. It opens terminals. After a connection was lost, it
 * reports when each terminal answers again.
 */
import { createUniCore } from '@unicore/client/sdk';
import { serve } from '../../testing/processes/child.ts';
import { runningVm, terminalStream } from '../carriers/product/terminal-stream.ts';
import type { Stream } from '../ends/stream.ts';

export type NearCalls = {
  ready(): void;
  /** Types a key in each terminal. Resolves with the arrival time of each echo, ms since 1970. */
  echoes(): Promise<number[]>;
};

const [url = '', token, count] = process.argv.slice(2);
const unicore = createUniCore({ url, getToken: () => token });
const vmId = await runningVm(unicore);
const streams: Stream[] = [];
for (let index = 0; index < Number(count); index++) {
  streams.push(await terminalStream(unicore, vmId, `t${index}`));
}

const calls: NearCalls = { ready() {}, echoes: () => Promise.all(streams.map(echo)) };
serve(calls);

function echo(stream: Stream): Promise<number> {
  return new Promise((resolve) => {
    stream.onData(() => resolve(Date.now()));
    stream.send(Buffer.from('k'));
  });
}
