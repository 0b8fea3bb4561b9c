/** Opens idle client connections to the plain WebSocket server of the memory suite. */
import { once } from 'node:events';
import { serve } from '../../testing/processes/child.ts';
import { connect } from '../carriers/ws/socket-stream.ts';
import type { ClientCalls } from './consumers.ts';

const [port = ''] = process.argv.slice(2);

const calls: ClientCalls = {
  async connect(count) {
    for (let index = 0; index < count; index++) {
      const ws = await connect(port, '');
      ws.send('k');
      await once(ws, 'message');
    }
  },
};
serve(calls);
