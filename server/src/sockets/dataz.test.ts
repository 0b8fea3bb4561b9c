/** The hub relays deflated bytes unchanged, and inflates them for a raw socket. */
import { readFileSync } from 'node:fs';
import { type Deflater, Outbox } from '@unicore/protocol';
import { fflateDeflater } from '@unicore/protocol/fflate';
import { zlibDeflater } from '@unicore/protocol/zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from './testing/dial-leg.ts';
import { newAcceptor, type Program, startTestAgent } from './testing/test-agent.ts';
import { openTerminal, startTestConsumer } from './testing/test-consumer.ts';
import { identity, startTestHub, type TestHub } from './testing/test-hub.ts';

const text = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url));
const output = Buffer.concat(Array(40).fill(text));

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
  hub.vms.set('vm-a', { owner: 'alice', providerId: 'p1', running: true });
});
afterEach(() => hub.stop());

/** Counts bytes before and after compression. */
class Counting implements Deflater {
  readonly least = zlibDeflater.least;
  raw = 0;
  packed = 0;

  deflate(...frame: Parameters<Deflater['deflate']>): Uint8Array | undefined {
    const packed = zlibDeflater.deflate(...frame);
    this.raw += frame[0].length;
    this.packed += (packed ?? frame[0]).length;
    return packed;
  }

  inflate(...frame: Parameters<Deflater['inflate']>): Uint8Array {
    return zlibDeflater.inflate(...frame);
  }
}

const prints: Program = (channel) => {
  const outbox = new Outbox();
  outbox.push(output);
  return {
    pull: (max) => outbox.pull(max),
    data: (bytes) => channel().consumed(bytes.length),
    closed: () => {},
  };
};

test('a consumer gets deflated output whole, over several sockets of the provider', async () => {
  const counting = new Counting();
  const acceptor = newAcceptor(prints, [], counting);
  await startTestAgent(hub.url, 'p1', { acceptor, connSeq: 1 });
  const { leg } = await startTestConsumer(hub.url, 'alice');
  const open = { vmId: 'vm-a' };
  const terminal = openTerminal({ leg: () => leg, open, resume: true, deflater: fflateDeflater });
  for (const connSeq of [2, 3]) {
    await terminal.received((connSeq - 1) * 200_000);
    await startTestAgent(hub.url, 'p1', { acceptor, connSeq });
  }
  const received = await terminal.received(output.length);
  expect(Buffer.compare(received, output)).toBe(0);
  expect(counting.raw).toBeGreaterThanOrEqual(output.length);
  expect(counting.packed).toBeLessThan(output.length / 2);
});

test('the hub inflates output for a raw socket', async () => {
  const counting = new Counting();
  await startTestAgent(hub.url, 'p1', { acceptor: newAcceptor(prints, [], counting) });
  hub.tickets.set('t', { vmId: 'vm-a', terminalId: 'main', identity: identity('alice'), readOnly: false });
  const query = new URLSearchParams({
    vmId: 'vm-a',
    terminalId: 'main',
    ticket: 't',
    cols: '80',
    rows: '24',
  });
  const ws = await connect(`${hub.url}/terminal?${query}`);
  const pieces: Buffer[] = [];
  const whole = new Promise<Buffer>((done) => {
    ws.on('message', (message: Buffer) => {
      pieces.push(message);
      const all = Buffer.concat(pieces);
      if (all.length >= output.length) done(all);
    });
  });
  expect(Buffer.compare(await whole, output)).toBe(0);
  expect(counting.packed).toBeLessThan(output.length / 2);
});
