/**
 * Connects consumers that stay idle to a hub. Each consumer is a different user, with one socket and one
 * channel.
 */

import { serve } from '../../testing/processes/child.ts';
import { dialConsumer, openTerminal } from '../carriers/unicore/open.ts';

export type ClientCalls = { connect(count: number): Promise<void> };

const [port = ''] = process.argv.slice(2);
let users = 0;

const calls: ClientCalls = {
  async connect(count) {
    for (let index = 0; index < count; index++) {
      const leg = await dialConsumer(port, `user${++users}`);
      const terminal = await openTerminal(leg, 'main');
      await echoed(terminal);
    }
  },
};
serve(calls);

/** Sends a key and waits for its echo, so that both directions of the channel have been used. */
function echoed(terminal: Awaited<ReturnType<typeof openTerminal>>): Promise<void> {
  return new Promise((resolve) => {
    terminal.onData(() => resolve());
    terminal.send(Buffer.from('k'));
  });
}
