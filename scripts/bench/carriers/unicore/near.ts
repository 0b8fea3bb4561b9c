/** The consumer's end of our own carrier: one leg with a channel per stream. */
import { WindowPool } from '@unicore/protocol';
import { serveNear } from '../../ends/near.ts';
import { dialConsumer, openTerminal } from './open.ts';

const [port = '', count] = process.argv.slice(2);
const leg = await dialConsumer(port, 'ada');
/** Receive windows as large as the SDK's. */
const windows = new WindowPool(4 * 1024 * 1024);
const names = Array.from({ length: Number(count) }, (_, index) => `t${index}`);
serveNear(await Promise.all(names.map((name) => openTerminal(leg, name, undefined, windows))));
