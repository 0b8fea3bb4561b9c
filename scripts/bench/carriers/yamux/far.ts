/** The far end of libp2p-yamux: accepts every stream. */

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
