/** Tests calls from one hub to an agent that is connected to another hub. */
import { systemClock } from '@unicore/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { joinTestAgent, type TestAgent } from '../testing/agent.ts';
import { startTestApp, type TestApp, type TestUser } from '../testing/app.ts';

let here: TestApp;
let there: TestApp;
let alice: TestUser;
let agent: TestAgent;
let vmId: string;

beforeEach(async () => {
  const world = new LocalWorld(systemClock);
  here = await startTestApp({}, { backplane: world.join() });
  there = await startTestApp({ dataDir: here.config.dataDir }, { backplane: world.join() });
  agent = await joinTestAgent(there);
  await agent.connect();
  alice = await here.user('alice');
  vmId = (await alice.api.vm.create.mutate({})).vmId;
  await expect.poll(async () => (await alice.api.vm.get.query({ vmId })).state).toBe('running');
});
afterEach(async () => {
  await there.stop();
  await here.stop();
});

test('terminals are opened, listed, resized and closed through the other hub', async () => {
  const { terminalId } = await alice.api.vm.connect.mutate({ vmId, terminalId: 't-2', cols: 100, rows: 30 });
  expect(await alice.api.vm.terminals.query({ vmId })).toMatchObject([{ terminalId, cols: 100, rows: 30 }]);
  await alice.api.vm.resize.mutate({ vmId, terminalId, cols: 90, rows: 20 });
  expect(agent.resized).toMatchObject([{ vmId, terminalId, cols: 90, rows: 20 }]);
  await alice.api.vm.closeTerminal.mutate({ vmId, terminalId });
  expect(await alice.api.vm.terminals.query({ vmId })).toEqual([]);
});

test("the agent's errors keep their code", async () => {
  const refused = alice.api.vm.closeTerminal.mutate({ vmId, terminalId: 't-9' });
  await expect(refused).rejects.toMatchObject({
    data: { code: 'NOT_FOUND' },
    message: 'There is no terminal t-9.',
  });
});

test('a call waits for a provider that is moving between hubs', async () => {
  await agent.disconnect();
  const asked = alice.api.vm.connect.mutate({ vmId });
  const moved = agent.at(here.url);
  await moved.connect();
  expect((await asked).terminalId).toBe('main');
  await moved.disconnect();
});

test('a call to a provider at no hub rejects within seconds', async () => {
  await agent.disconnect();
  const asked = alice.api.vm.connect.mutate({ vmId });
  await expect(asked).rejects.toMatchObject({ data: { code: 'PROVIDER_UNREACHABLE' } });
});
