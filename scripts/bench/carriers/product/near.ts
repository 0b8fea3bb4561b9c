/**
 * The client process when the benchmark measures the whole product. The process uses the SDK to open one
 * terminal per stream.
 */
import { createUniCore } from '@unicore/client/sdk';
import { serveNear } from '../../ends/near.ts';
import type { Stream } from '../../ends/stream.ts';
import { runningVm, terminalStream } from './terminal-stream.ts';

const [url = '', token, count] = process.argv.slice(2);
const unicore = createUniCore({ url, getToken: () => token });
const vmId = await runningVm(unicore);
const streams: Stream[] = [];
for (let index = 0; index < Number(count); index++) {
  streams.push(await terminalStream(unicore, vmId, `t${index}`));
}
serveNear(streams);
