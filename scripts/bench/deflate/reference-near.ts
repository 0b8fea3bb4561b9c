/**
 * A WebSocket client with permessage-deflate (library: ws). Its compression is compared with that of UniCore.
 */
import { WebSocket } from 'ws';
import { serve } from '../../testing/processes/child.ts';
import { Receiver, type ReceiverCalls } from './received.ts';

const [port] = process.argv.slice(2);

const calls: ReceiverCalls = {
  async receive(index, bytes) {
    const receiver = new Receiver(bytes);
    const ws = new WebSocket(`ws://127.0.0.1:${port}/${index}`, { perMessageDeflate: true });
    ws.once('upgrade', ({ socket }) => receiver.watch(socket));
    ws.on('message', (message: Buffer) => {
      receiver.messages++;
      receiver.take(message);
    });
    const received = await receiver.received();
    ws.close();
    return received;
  },
};
serve(calls);
