/** The server-side end of the libp2p-yamux reference. It serves every stream that the client-side end opens. */

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
