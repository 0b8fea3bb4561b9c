/** The client process when the benchmark measures libp2p's yamux. It opens all streams on one WebSocket. */
import { serveNear } from '../../ends/near.ts';
import type { Stream } from '../../ends/stream.ts';
import { connect } from '../ws/socket-stream.ts';
import { muxedStream, muxerOver } from './socket.ts';

const [port = '', count] = process.argv.slice(2);
const muxer = muxerOver(await connect(port, 'yamux'), 'outbound');
const streams: Stream[] = [];
for (let index = 0; index < Number(count); index++) streams.push(muxedStream(await muxer.createStream()));
serveNear(streams);
