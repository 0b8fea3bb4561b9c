/**
 * The consumer in the compression benchmark. It receives recorded terminal output. Each recording uses its
 * own socket, so that the bytes of each recording can be counted.
 */

import { serve } from '../../testing/processes/child.ts';
import { dialConsumer, openTerminal } from '../carriers/unicore/open.ts';
import { Receiver, type ReceiverCalls } from './received.ts';

const [port = ''] = process.argv.slice(2);

const calls: ReceiverCalls = {
  async receive(index, bytes) {
    const receiver = new Receiver(bytes);
    let counting = false;
    const leg = await dialConsumer(port, `user${index}`, {
      onUpgrade: (socket) => receiver.watch(socket),
      heard() {
        if (counting) receiver.messages++;
      },
    });
    // The WELCOME message of the handshake is not terminal output, so it is not included in the number of
    // messages.
    counting = true;
    const stream = await openTerminal(leg, `r${index}`, (piece) => receiver.take(piece));
    const received = await receiver.received();
    stream.close();
    leg.close('OK', '');
    return received;
  },
};
serve(calls);
