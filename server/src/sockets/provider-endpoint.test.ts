import { FrameType, packMeta } from '@unicore/protocol';
import { SAMPLES } from '@unicore/protocol/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dialLeg } from './testing/dial-leg.ts';
import { BEAT, startTestAgent } from './testing/test-agent.ts';
import { startTestHub, type TestHub } from './testing/test-hub.ts';

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.stop());

test('a connected provider is reported with its HELLO and its leg, which can open channels at once', async () => {
  const opened = Promise.withResolvers<number>();
  const agent = await startTestAgent(hub.url, 'p1', {
    handler: { open: ({ kind }) => opened.resolve(kind) },
  });
  const [connection] = hub.connections;
  expect(connection).toMatchObject({ providerId: 'p1', hello: { connSeq: 1, runtime: 'process' } });
  const { leg } = connection!;
  leg.send({ ...SAMPLES[FrameType.OPEN], ch: leg.allocate(), kind: 5 });
  expect(await opened.promise).toBe(5);
  expect(agent.leg.up).toBe(true);
});

test('each BEAT is reported to the registry and acknowledged with its number', async () => {
  const answered = Promise.withResolvers<number>();
  const agent = await startTestAgent(hub.url, 'p1', { handler: { beatAck: (seq) => answered.resolve(seq) } });
  agent.leg.send({ type: FrameType.BEAT, seq: 41, meta: packMeta({ ...BEAT, cpu: 0.75 }) });
  expect(await answered.promise).toBe(41);
  expect(hub.told).toEqual(['connected p1', 'heard p1', 'beat p1 0.75']);
});

test('any message shows that the provider is alive', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  await agent.leg.ping();
  expect(hub.told).toContain('heard p1');
});

test('a flood of BEATs closes the socket that sends it', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  for (let seq = 1; seq <= 100; seq++) agent.leg.send({ type: FrameType.BEAT, seq, meta: packMeta(BEAT) });
  expect((await agent.closed).code).toBe('RATE_LIMITED');
  expect(hub.told.filter((event) => event.startsWith('beat')).length).toBeLessThanOrEqual(5);
});

test('an invalid BEAT closes the socket that sent it', async () => {
  const agent = await startTestAgent(hub.url, 'p1');
  agent.leg.send({ type: FrameType.BEAT, seq: 1, meta: packMeta({ cpu: 'much' }) });
  expect((await agent.closed).message).toContain('BEAT.cpu');
  expect(hub.told.at(-1)).toBe('disconnected p1 BAD_REQUEST');
});

test("a socket without a provider's token is refused and not reported", async () => {
  await expect(startTestAgent(hub.url, 'p1', { token: 'token-alice' })).rejects.toThrow('UNAUTHENTICATED');
  expect(hub.told).toEqual([]);
});

test("a provider's token is refused on /consumer", async () => {
  const refused = dialLeg(`${hub.url}/consumer`, { hello: { token: 'agent-p1' } });
  await expect(refused).rejects.toThrow('UNAUTHENTICATED');
});
