/**
 * The consumer's process when the bench measures the whole product. It opens a terminal for each stream through the
 * SDK.
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
