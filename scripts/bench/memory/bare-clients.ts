/**
 * Opens idle client connections to a plain WebSocket server. The benchmark compares this server's memory with
 * the hub's memory.
 */
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
