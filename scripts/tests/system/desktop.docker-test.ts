/** The story of a desktop in a container of a real Docker engine. */
import Docker from 'dockerode';
import { expect, test } from 'vitest';
import { inPhase, runningDesktop } from '../../testing/desktops.ts';
import { startWorld } from '../../testing/world.ts';
import { desktopStory } from './desktop.suite.ts';

/** Receipts round time up to a multiple of this, s. */
const STEP_SECONDS = 0.1;
/** Number of vCPUs of a desktop. */
const CPUS = 2;

desktopStory('docker');

test('the receipt says what the engine has recorded, also where hub and agent were dead at the end', async () => {
  const world = await startWorld({ runtime: 'docker' });
  const { sessionId } = await runningDesktop(await world.owner());
  await world.stopAgent();
  await world.stopHub();
  const engine = new Docker();
  const label = [`unicore.session=${sessionId}`];
  const [found] = await engine.listContainers({ filters: { label } });
  const container = engine.getContainer(found!.Id);
  await container.stop();
  const { StartedAt, FinishedAt } = (await container.inspect()).State;
  await world.startHub();
  await world.startAgent();
  const owner = await world.owner();
  await inPhase(owner, 'ended');
  const [receipt] = await owner.api.vnc.receipts.query();
  const seconds = (Date.parse(FinishedAt) - Date.parse(StartedAt)) / 1000;
  // The time on a receipt is rounded up to a multiple of 100 ms.
  expect(Math.abs(receipt!.cpuSeconds / CPUS - seconds)).toBeLessThan(0.01 * seconds + STEP_SECONDS);
  expect(await engine.listContainers({ all: true, filters: { label } })).toEqual([]);
  await world.close();
});
