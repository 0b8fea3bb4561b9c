/**
 * The server process when the benchmark measures plain WebSockets. It opens one WebSocket to the relay per
 * stream.
 */

import { serve } from '../../../testing/processes/child.ts';
import { serveFar } from '../../ends/far.ts';
import { connect, socketStream } from './socket-stream.ts';

export type FarCalls = { ready(): void };

const [port = '', count] = process.argv.slice(2);
for (let index = 0; index < Number(count); index++) serveFar(socketStream(await connect(port, `s${index}`)));
const calls: FarCalls = { ready() {} };
serve(calls);
