/**
 * Bulk data through the hub arrives complete and in order, even if other peers are slow, flood or change their sockets.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { echo, flood, newAcceptor, type Program, pattern, startTestAgent } from './testing/test-agent.ts';
import { openTerminal, startTestConsumer } from './testing/test-consumer.ts';
import { startTestHub, type TestHub } from './testing/test-hub.ts';

const MB = 1024 * 1024;
/** A terminal's window: bytes that may wait in the hub for one channel that does not read. */
const WINDOW = 128 * 1024;

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
  for (const name of ['alice', 'bob']) {
    hub.vms.set(`vm-${name}`, { owner: name, providerId: 'p1', running: true });
  }
});
afterEach(() => hub.stop());

/** Compares received bytes with the pattern. `done` resolves when all have arrived. */
function checker(bytes: number): {
  onData: (piece: Uint8Array) => void;
  done: Promise<void>;
  at: () => number;
} {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let at = 0;
  return {
    onData(piece) {
      if (Buffer.compare(piece, pattern(at, piece.length)) !== 0)
        reject(new Error(`wrong bytes behind ${at}`));
      at += piece.length;
      if (at >= bytes) resolve();
    },
    done: promise,
    at: () => at,
  };
}

/** Runs flood and checks its input at the same time. */
function bothWays(bytes: number, input: ReturnType<typeof checker>): Program {
  return (channel, request) => ({
    ...flood(bytes)(channel, request),
    data(piece) {
      input.onData(piece);
      channel().consumed(piece.length);
    },
  });
}

test('50 MB each way at the same time arrive unchanged', async () => {
  const size = 50 * MB;
  const up = checker(size);
  const down = checker(size);
  await startTestAgent(hub.url, 'p1', { program: bothWays(size, up) });
  const { leg } = await startTestConsumer(hub.url, 'alice');
  const terminal = openTerminal({ leg: () => leg, open: { vmId: 'vm-alice' }, onData: down.onData });
  terminal.write(pattern(0, size));
  await Promise.all([up.done, down.done]);
  expect([up.at(), down.at()]).toEqual([size, size]);
});

test('no byte is lost, repeated or moved when a provider changes its socket in the middle of a stream', async () => {
  const size = 16 * MB;
  const down = checker(size);
  const acceptor = newAcceptor(flood(size));
  await startTestAgent(hub.url, 'p1', { acceptor, connSeq: 1 });
  const { leg } = await startTestConsumer(hub.url, 'alice');
  const terminal = openTerminal({
    leg: () => leg,
    open: { vmId: 'vm-alice' },
    resume: true,
    onData: down.onData,
  });
  for (const connSeq of [2, 3, 4]) {
    await expect.poll(down.at, { interval: 1 }).toBeGreaterThan((connSeq - 1) * 2 * MB);
    await startTestAgent(hub.url, 'p1', { acceptor, connSeq });
  }
  await down.done;
  expect(down.at()).toBe(size);
  expect(terminal.detached).toEqual([]);
  await expect.poll(() => hub.counts.open.provider).toBe(1);
});

test('a consumer that does not read stalls no other, and the hub buffers one window for it', async () => {
  const size = 8 * MB;
  const sent: Record<string, number> = {};
  const program: Program = (channel, request) => {
    const { vmId } = request.auth as { vmId: string };
    const handler = flood(size)(channel, request);
    return {
      ...handler,
      pull(max) {
        const piece = handler.pull!(max);
        sent[vmId] = (sent[vmId] ?? 0) + (piece?.length ?? 0);
        return piece;
      },
    };
  };
  await startTestAgent(hub.url, 'p1', { program });
  const alice = await startTestConsumer(hub.url, 'alice');
  const bob = await startTestConsumer(hub.url, 'bob');
  const stalled = checker(size);
  const lively = checker(size);
  const terminal = openTerminal({ leg: () => alice.leg, open: { vmId: 'vm-alice' }, onData: stalled.onData });
  await terminal.attached;
  alice.ws.pause();
  const readBefore = stalled.at();
  openTerminal({ leg: () => bob.leg, open: { vmId: 'vm-bob' }, onData: lively.onData });
  await lively.done;
  expect(sent['vm-alice']! - readBefore).toBeLessThanOrEqual(WINDOW + WINDOW / 4);
  alice.ws.resume();
  await stalled.done;
  expect(stalled.at()).toBe(size);
});

test("one consumer's floods, both ways on many terminals, do not block another's keystrokes", async () => {
  const size = 4 * MB;
  const program: Program = (channel, request) =>
    (request.auth as { user: string }).user === 'bob'
      ? echo(channel, request)
      : { ...flood(size)(channel, request), data: (piece) => channel().consumed(piece.length) };
  await startTestAgent(hub.url, 'p1', { program });
  const alice = await startTestConsumer(hub.url, 'alice');
  const bob = await startTestConsumer(hub.url, 'bob');
  const floods = Array.from({ length: 8 }, () => {
    const down = checker(size);
    const terminal = openTerminal({ leg: () => alice.leg, open: { vmId: 'vm-alice' }, onData: down.onData });
    terminal.write(pattern(0, size));
    return down;
  });
  const typing = openTerminal({ leg: () => bob.leg, open: { vmId: 'vm-bob' } });
  for (let key = 1; key <= 10; key++) {
    typing.write('k');
    await typing.received(key);
  }
  expect(floods.some((down) => down.at() < size)).toBe(true);
  await Promise.all(floods.map(({ done }) => done));
});
