/** Tests how orders about desktops are carried out: what is started, what is reported, and what is left. */
import { UniCoreError } from '@unicore/protocol';
import { afterEach, expect, test } from 'vitest';
import { closeDesktops, order, startDesktops } from '../testing/index.ts';

afterEach(closeDesktops);

const ENDED = order({ desired: 'ended' });

test('a desktop boots, runs and ends as ordered, and each phase is reported', async () => {
  const { desktops, launcher, phases, phase, run, one } = await startDesktops();
  await run();
  const holder = launcher.holder();
  await desktops.apply([ENDED]);
  await phase('ended');
  expect(phases()).toEqual(['booting', 'running', 'ending', 'ended']);
  expect(holder.calls).toEqual(['limit 3600000 900000', 'end OK']);
  expect(launcher.done).toEqual(['start one 1', 'stop one 1', 'remove one 1']);
  expect(one()).toEqual({
    sessionId: 'one',
    attempt: 1,
    phase: 'ended',
    code: null,
    reason: null,
    isolation: 'sandboxed',
    // The launcher measured the time, the holder the bytes.
    use: { ms: 5_000, sentBytes: 7 },
  });
});

test('an ended desktop is reported until the list of orders no longer has it', async () => {
  const { desktops, phase, run, one } = await startDesktops();
  await run();
  await desktops.apply([]);
  expect(one()).toMatchObject({ phase: 'running' });
  await desktops.apply([ENDED]);
  await phase('ended');
  await desktops.apply([ENDED, order({ sessionId: 'two', desired: 'ended' })]);
  expect(one()).toMatchObject({ phase: 'ended' });
  await desktops.apply([]);
  expect(one()).toBeUndefined();
});

test('repeated orders change nothing, and an ended desktop does not run again', async () => {
  const { desktops, launcher, phase, run, one, until } = await startDesktops();
  await run();
  for (let i = 0; i < 3; i++) await desktops.apply([order()]);
  expect(launcher.done).toEqual(['start one 1']);
  await desktops.apply([ENDED]);
  await desktops.apply([order()]);
  await phase('ended');
  await desktops.apply([order()]);
  await until(() => true);
  expect(one()).toMatchObject({ phase: 'ended' });
  expect(launcher.done.filter((what) => what.startsWith('start'))).toHaveLength(1);
});

test('changed limits reach the holder at once, and after each connect', async () => {
  const { desktops, launcher, run, wait } = await startDesktops();
  await run();
  const { calls } = launcher.holder();
  await desktops.apply([order({ lifeMs: 7_200_000 })]);
  await wait(() => calls.length === 2);
  launcher.holder().cut();
  await wait(() => calls.length === 3);
  expect(calls).toEqual(['limit 3600000 900000', 'limit 7200000 900000', 'limit 7200000 900000']);
});

test('a budget that comes or changes later reaches the holder, although the times stay the same', async () => {
  const { desktops, launcher, run, wait } = await startDesktops();
  await run();
  const { calls } = launcher.holder();
  const budget = { dollars: 1, perMs: 1e-6, perSentByte: 1e-9 };
  await desktops.apply([order({ budget })]);
  await wait(() => calls.length === 2);
  await desktops.apply([order({ budget })]);
  await desktops.apply([order({ budget: { ...budget, dollars: 2 } })]);
  await wait(() => calls.length === 3);
  expect(calls.slice(1)).toEqual(['limit 3600000 900000 1 $', 'limit 3600000 900000 2 $']);
});

test('an order to end a desktop that was never here is reported as done', async () => {
  const { desktops, launcher, phase, one } = await startDesktops();
  await desktops.apply([ENDED]);
  await phase('ended');
  expect(one()).toMatchObject({ code: null, use: null });
  expect(launcher.done).toEqual(['remove one 1']);
});

test('desktops do not wait for each other', async () => {
  const { desktops, launcher, phase } = await startDesktops();
  const start = launcher.start.bind(launcher);
  launcher.start = (wish) => (wish.sessionId === 'one' ? new Promise(() => undefined) : start(wish));
  await desktops.apply([order(), order({ sessionId: 'two' })]);
  await phase('booting', 'two');
});

test('a newer start of a session ends the older one first', async () => {
  const { desktops, launcher, run, until, one, seen } = await startDesktops();
  await run();
  await desktops.apply([order({ attempt: 2 })]);
  await until(() => one()?.attempt === 2 && one()?.phase === 'booting');
  expect(launcher.done).toEqual(['start one 1', 'stop one 1', 'remove one 1', 'start one 2']);
  expect(seen.filter(({ attempt }) => attempt === 1).at(-1)).toMatchObject({
    phase: 'ended',
    code: 'SUPERSEDED',
  });
  await desktops.apply([order()]);
  expect(desktops.observed()).toHaveLength(1);
  expect(() => desktops.holder(order())).toThrow(expect.objectContaining({ code: 'SUPERSEDED' }));
});

test('the leg to a holder is there while it is connected, and the error tells why it is not', async () => {
  const { desktops, launcher, run, phase, wait } = await startDesktops();
  const code = (ref: { sessionId: string; attempt: number }) => {
    try {
      return desktops.holder(ref).up;
    } catch (error) {
      return (error as UniCoreError).code;
    }
  };
  expect(code(order())).toBe('LEG_LOST');
  await run();
  expect(code(order())).toBe(true);
  expect(code(order({ attempt: 2 }))).toBe('LEG_LOST');
  launcher.holder().cut();
  await wait(() => code(order()) === 'LEG_LOST');
  await wait(() => code(order()) === true);
  await desktops.apply([ENDED]);
  expect(code(order())).toBe('SESSION_ENDED');
  await phase('ended');
  expect(code(order())).toBe('SESSION_ENDED');
});

test('calls about controls and pictures reach the holder', async () => {
  const { desktops, launcher, run, finished } = await startDesktops();
  await run();
  const ref = { sessionId: 'one', attempt: 1 };
  expect(await finished(desktops.desktopControl({ ...ref, user: 'ann', take: true }))).toMatchObject({
    holder: { name: 'ann' },
  });
  expect(await finished(desktops.desktopScreenshot(ref))).toMatchObject({ width: 1, more: false });
  expect(launcher.holder().calls).toContain('control ann true');
  await expect(desktops.desktopScreenshot({ ...ref, sessionId: 'two' })).rejects.toMatchObject({
    code: 'LEG_LOST',
  });
});

test('desktops without an order are reported and left alone, until an order comes', async () => {
  const first = await startDesktops();
  await first.run();
  await first.desktops.close();
  const { desktops, launcher, started, one, phase } = await startDesktops({ launcher: first.launcher });
  await started;
  expect(one()).toMatchObject({ attempt: 1, phase: 'running' });
  await desktops.apply([]);
  expect(launcher.done).toEqual(['start one 1']);
  await desktops.apply([ENDED]);
  await phase('ended');
  expect(launcher.size).toBe(0);
});

test('what appears later without an order is reported, and what belongs to an ended desktop is removed', async () => {
  const { desktops, launcher, phase, run, one, wait } = await startDesktops();
  await run();
  await desktops.apply([ENDED]);
  await phase('ended');
  // The engine completes a start that was requested before.
  await launcher.start(order());
  await launcher.start(order({ sessionId: 'two' }));
  await wait(() => one('two') !== undefined);
  expect(one('two')).toMatchObject({ phase: 'running' });
  expect(await launcher.list()).toEqual([{ sessionId: 'two', attempt: 1 }]);
  launcher.lose(order({ sessionId: 'two' }));
  await wait(() => one('two') === undefined);
});

test('a newer start also ends an older one that no order has named', async () => {
  const first = await startDesktops();
  await first.run();
  await first.desktops.close();
  const { desktops, launcher, started, until } = await startDesktops({ launcher: first.launcher });
  await started;
  await desktops.apply([order({ attempt: 2 })]);
  await until(() => launcher.done.includes('start one 2'));
  expect(launcher.done.slice(1)).toEqual(['stop one 1', 'remove one 1', 'start one 2']);
});

test('an image that is missing is a failed start, with code and reason, and leaves nothing', async () => {
  const { desktops, launcher, phase, one } = await startDesktops();
  launcher.failures.start.push(new UniCoreError('IMAGE_MISSING', 'Run npm run images.'));
  await desktops.apply([order()]);
  await phase('failed');
  expect(one()).toMatchObject({ code: 'IMAGE_MISSING', reason: 'Run npm run images.' });
  expect(launcher.size).toBe(0);
});
