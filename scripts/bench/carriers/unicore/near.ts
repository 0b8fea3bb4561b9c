/**
 * The client process when the benchmark measures UniCore. It has one connection to the hub, with one channel
 * per stream.
 */
import { WindowPool } from '@unicore/protocol';
import { serveNear } from '../../ends/near.ts';
import { dialConsumer, openTerminal } from './open.ts';

const [port = '', count] = process.argv.slice(2);
const leg = await dialConsumer(port, 'ada');
/** The receive windows have the same size as those of the SDK. */
const windows = new WindowPool(4 * 1024 * 1024);
const names = Array.from({ length: Number(count) }, (_, index) => `t${index}`);
serveNear(await Promise.all(names.map((name) => openTerminal(leg, name, undefined, windows))));
