/** Tests of desktops.json: what a restarted agent does with the desktops of its former run. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { closeDesktops, newFolder, order, startDesktops } from '../testing/index.ts';

afterEach(closeDesktops);

const ENDED = order({ desired: 'ended' });

test('a restarted agent finds a running desktop before it hears from the hub, and does not disturb it', async () => {
  const first = await startDesktops();
  await first.run();
  await first.desktops.close();
  const { desktops, launcher, started, one, seen } = await startDesktops(first);
  await started;
  expect(one()).toMatchObject({ phase: 'running', isolation: 'sandboxed', use: { ms: 1_000 } });
  expect(seen.map(({ phase }) => phase)).toEqual(['running']);
  await desktops.apply([order()]);
  expect(launcher.done).toEqual(['start one 1']);
});

test('a restarted agent goes on with a desktop that boots', async () => {
  const first = await startDesktops();
  await first.desktops.apply([order()]);
  await first.phase('booting');
  await first.desktops.close();
  const { launcher, started, phase, one } = await startDesktops(first);
  await started;
  expect(one()).toMatchObject({ phase: 'booting' });
  launcher.holder().tell({ phase: 'running' });
  await phase('running');
  expect(launcher.done).toEqual(['start one 1']);
});

test('a restarted agent goes on with a desktop that ends', async () => {
  const first = await startDesktops();
  await first.run();
  first.launcher.holder().endGate = new Promise(() => undefined);
  await first.desktops.apply([ENDED]);
  await first.until(() => first.launcher.holder().calls.includes('end OK'));
  await first.desktops.close();
  const { launcher, wait, one } = await startDesktops(first);
  await wait(() => one()?.phase === 'ended');
  expect(launcher.size).toBe(0);
  expect(one()).toMatchObject({ code: null });
});

test('a restarted agent goes on with removing, and still knows how the desktop ended', async () => {
  const first = await startDesktops();
  await first.run();
  first.launcher.remove = () => new Promise(() => undefined);
  first.launcher.kill(order());
  await first.wait(() => first.one()?.phase === 'ending');
  await first.desktops.close();
  Reflect.deleteProperty(first.launcher, 'remove');
  first.launcher.lose(order());
  const { wait, one } = await startDesktops(first);
  await wait(() => one()?.phase === 'ended');
  expect(one()).toMatchObject({ code: 'CONTAINER_LOST', use: { ms: 5_000, sentBytes: 7 } });
});

test('a desktop that went while no agent ran is never started a second time', async () => {
  for (const ran of [true, false]) {
    const first = await startDesktops();
    if (ran) await first.run();
    else {
      await first.desktops.apply([order()]);
      await first.phase('booting');
    }
    await first.desktops.close();
    first.launcher.lose(order());
    const { desktops, launcher, wait, one } = await startDesktops(first);
    await desktops.apply([order()]);
    await wait(() => one()?.phase === (ran ? 'ended' : 'failed'));
    expect(one()).toMatchObject({ code: 'CONTAINER_LOST' });
    expect(launcher.done.filter((what) => what.startsWith('start'))).toHaveLength(1);
  }
});

test('an ended desktop is still reported by the next run of the agent, until the hub forgets it', async () => {
  const first = await startDesktops();
  await first.run();
  await first.desktops.apply([ENDED]);
  await first.phase('ended');
  await first.desktops.close();
  const second = await startDesktops(first);
  await second.started;
  expect(second.one()).toEqual(first.one());
  await second.desktops.apply([]);
  await second.desktops.close();
  const third = await startDesktops(first);
  await third.started;
  expect(third.desktops.observed()).toEqual([]);
});

test('a start waits for the state of the desktops, but not for an engine that is down', async () => {
  const first = await startDesktops();
  await first.run();
  await first.desktops.close();
  first.launcher.answers = false;
  const { started, one } = await startDesktops(first);
  await started;
  expect(one()).toMatchObject({ phase: 'running', code: 'RUNTIME_UNAVAILABLE' });
});

test('without a record that it was started, a desktop is not started', async () => {
  const { desktops, dir, launcher, phase, one } = await startDesktops();
  // A folder with the name of the file makes saving fail, even for root.
  await mkdir(join(dir, 'desktops.json'));
  await desktops.apply([order()]);
  await phase('failed');
  expect(one()?.reason).toMatch(/desktops\.json/);
  expect(launcher.done).toEqual(['remove one 1']);
});

test('the error for a damaged desktops.json names the file and the remedy', async () => {
  const dir = await newFolder();
  await writeFile(join(dir, 'desktops.json'), '{"desktops":[{"order":{"sessionId":"../x"}}]}');
  await expect(startDesktops({ dir })).rejects.toThrow(/desktops\.json is damaged.*Delete it/s);
});
