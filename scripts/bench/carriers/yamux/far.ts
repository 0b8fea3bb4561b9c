/**
 * The server process when the benchmark measures libp2p's yamux. It serves every stream that the client
 * process opens.
 */

import { serve } from '../../../testing/processes/child.ts';
import { serveFar } from '../../ends/far.ts';
import type { FarCalls } from '../ws/far.ts';
import { connect } from '../ws/socket-stream.ts';
import { muxedStream, muxerOver } from './socket.ts';

const [port = ''] = process.argv.slice(2);
muxerOver(await connect(port, 'yamux'), 'inbound').addEventListener('stream', ({ detail }) =>
  serveFar(muxedStream(detail)),
);
const calls: FarCalls = { ready() {} };
serve(calls);
