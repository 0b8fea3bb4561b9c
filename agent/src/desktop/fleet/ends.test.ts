/** Tests what happens when something fails: holder, container, engine, connection, or the end itself. */
import { UniCoreError } from '@unicore/protocol';
import { afterEach, expect, test } from 'vitest';
import { closeDesktops, order, startDesktops } from '../testing/index.ts';

afterEach(closeDesktops);

const ENDED = order({ desired: 'ended' });

test('a desktop without a picture at the boot deadline has failed, with the last lines of its programs', async () => {
  const { desktops, launcher, phase, one, clock, wait } = await startDesktops();
  await desktops.apply([order({ bootMs: 90_000 })]);
  await phase('booting');
  launcher.holder().endGate = new Promise(() => undefined);
  const stop = launcher.stop.bind(launcher);
  launcher.stop = async (ref) => {
    launcher.kill(ref, { lines: 'chromium: no usable sandbox' });
    await stop(ref);
  };
  await clock.advance(80_000);
  await phase('booting');
  await wait(() => one()?.phase === 'failed');
  expect(one()).toMatchObject({
    code: 'LAUNCH_FAILED',
    reason: 'The desktop showed no picture within 90 s. Create a new one.\nchromium: no usable sandbox',
  });
  expect(launcher.size).toBe(0);
});

test('a desktop that ran is not touched at the boot deadline', async () => {
  const { run, clock, one, phase } = await startDesktops();
  await run({ bootMs: 90_000 });
  await clock.advance(200_000);
  await phase('running');
  expect(one()).toMatchObject({ code: null });
});

test('a holder that ends while it boots is a failed start, with the last lines', async () => {
  const { desktops, launcher, phase, one, wait } = await startDesktops();
  await desktops.apply([order()]);
  await phase('booting');
  launcher.kill(order(), { exit: 'exit code 1', lines: 'Xvnc: no \u001b[2Jfonts' });
  await wait(() => one()?.phase === 'failed');
  expect(one()).toMatchObject({
    code: 'LAUNCH_FAILED',
    reason: expect.stringMatching(/exit code 1.*\nXvnc: no \[2Jfonts/s),
  });
});

test('a holder that is killed while it runs is a clear end', async () => {
  const { launcher, run, one, wait } = await startDesktops();
  await run();
  launcher.kill(order());
  await wait(() => one()?.phase === 'ended');
  expect(one()).toMatchObject({
    code: 'CONTAINER_LOST',
    reason: expect.stringContaining('exit code 137'),
    use: { ms: 5_000, sentBytes: 7 },
  });
  expect(launcher.size).toBe(0);
});

test('a container that is removed by hand is a clear end', async () => {
  const { launcher, run, one, wait } = await startDesktops();
  await run();
  launcher.lose(order());
  await wait(() => one()?.phase === 'ended');
  expect(one()).toMatchObject({
    code: 'CONTAINER_LOST',
    reason: expect.stringContaining('removed'),
    use: { ms: 1_000, sentBytes: 7 },
  });
});

test('the reason of a holder that ended by itself is kept', async () => {
  const { launcher, run, one, wait } = await startDesktops();
  await run();
  const status = { ...launcher.holder().status, phase: 'ended', code: 'TIMEOUT', reason: 'idle' } as const;
  launcher.kill(order(), { status, exit: 'exit code 0' });
  await wait(() => one()?.phase === 'ended');
  expect(one()).toMatchObject({ code: 'TIMEOUT', reason: 'idle' });
});

test('a holder that says it has failed, but does not exit, is ended', async () => {
  const { launcher, run, one, wait } = await startDesktops();
  await run();
  launcher.holder().tell({ phase: 'failed', code: 'INTERNAL', reason: 'Xvnc died' });
  await wait(() => one()?.phase === 'failed' || one()?.phase === 'ended');
  expect(one()).toMatchObject({ code: 'INTERNAL', reason: 'Xvnc died' });
  expect(launcher.size).toBe(0);
});

test('a lost connection to the holder is restored, and is no end', async () => {
  const { launcher, run, wait, seen, one, desktops } = await startDesktops();
  await run();
  const reports = seen.length;
  for (let i = 0; i < 3; i++) {
    launcher.holder().cut();
    await wait(() => launcher.holder().connections === 0);
    await wait(() => launcher.holder().connections === 1);
  }
  await wait(() => desktops.holder(order()).up);
  expect(one()).toMatchObject({ phase: 'running' });
  expect(seen).toHaveLength(reports);
});

test('while the engine does not answer, a running desktop stays one, and the reason is told', async () => {
  const { launcher, run, wait, one } = await startDesktops();
  await run();
  launcher.answers = false;
  launcher.holder().cut();
  await wait(() => one()?.code === 'RUNTIME_UNAVAILABLE');
  expect(one()).toMatchObject({ phase: 'running', reason: expect.stringContaining('Start Docker') });
  launcher.answers = true;
  await wait(() => one()?.code === null);
  expect(one()).toMatchObject({ phase: 'running' });
});

test('an engine that restarts ends its containers: they are told as ended only when it answers again', async () => {
  const { launcher, run, wait, one } = await startDesktops();
  await run();
  launcher.answers = false;
  launcher.kill(order());
  await wait(() => one()?.code === 'RUNTIME_UNAVAILABLE');
  launcher.answers = true;
  await wait(() => one()?.phase === 'ended');
  expect(one()).toMatchObject({ code: 'CONTAINER_LOST' });
});

test('a start waits for an engine that does not answer, but not longer than a start may take', async () => {
  const { desktops, launcher, wait, one } = await startDesktops();
  launcher.answers = false;
  await desktops.apply([order(), order({ sessionId: 'two', bootMs: 5_000 })]);
  await wait(() => one('two')?.phase === 'ending');
  expect(one()).toMatchObject({ phase: 'launching', code: 'RUNTIME_UNAVAILABLE' });
  launcher.answers = true;
  await wait(() => one()?.phase === 'booting' && one('two')?.phase === 'failed');
  expect(one('two')).toMatchObject({ code: 'LAUNCH_FAILED' });
  expect(launcher.done.filter((what) => what.startsWith('start'))).toEqual(['start one 1']);
});

test('a holder that does not answer is ended by the launcher', async () => {
  const { desktops, launcher, run, clock, phase, wait, one } = await startDesktops();
  await run();
  launcher.holder().endGate = new Promise(() => undefined);
  await desktops.apply([ENDED]);
  await clock.advance(9_000);
  await phase('ending');
  expect(launcher.done).toEqual(['start one 1']);
  await wait(() => one()?.phase === 'ended');
  expect(launcher.done).toEqual(['start one 1', 'stop one 1', 'remove one 1']);
});

test('the end is retried until nothing is left, and is not told before', async () => {
  const { desktops, launcher, run, wait, one } = await startDesktops();
  await run();
  for (const what of ['stop', 'remove'] as const)
    launcher.failures[what].push(
      ...Array.from({ length: 20 }, () => new UniCoreError('INTERNAL', `no ${what}`)),
    );
  await desktops.apply([ENDED]);
  await wait(() => one()?.reason === 'no stop');
  expect(one()).toMatchObject({ phase: 'ending', code: 'INTERNAL' });
  await wait(() => one()?.reason === 'no remove');
  expect(one()).toMatchObject({ phase: 'ending' });
  await wait(() => one()?.phase === 'ended');
  expect(one()).toMatchObject({ code: null, reason: null });
  expect(launcher.size).toBe(0);
});

test('what a holder tells is validated', async () => {
  const { launcher, run, wait, one } = await startDesktops();
  await run();
  launcher.holder().tell({ reason: 'x'.repeat(2_000) });
  launcher.holder().tell({ reason: null, use: { ms: -1, sentBytes: 0 } });
  launcher.holder().tell({ reason: 'good', use: { ms: 2_000, sentBytes: 8 } });
  await wait(() => one()?.use?.ms === 2_000);
  expect(one()).toMatchObject({ phase: 'running', reason: 'good' });
});
