/** Tests of one program: its rights, its limits, and what it may not do to others. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_WAITING } from './client.ts';
import { CONTROL_CHANGED, CONTROL_METHODS, MAX_MESSAGE } from './index.ts';
import { MOST_PAUSE_MS } from './paused-targets.ts';
import { Program } from './testing/program.ts';
import { startShared, VIEWER } from './testing/shared.ts';

test('each control method is refused at once while a person has the controls; others pass', async () => {
  const { browser, chromium, lease } = startShared();
  lease.take(VIEWER);
  const a = new Program(browser);
  const page = await a.attach();
  for (const pattern of CONTROL_METHODS) {
    const method = pattern.replace('*', 'Device');
    a.connection.receive(JSON.stringify({ id: 1_000, method, params: {}, sessionId: page }));
    // This answer comes from the program's own client: the browser has had no chance to answer.
    expect(a.received.at(-1)).toMatchObject({ id: 1_000, sessionId: page, error: { code: -32000 } });
    expect(a.received.at(-1)?.error?.message).toMatch(/^CONTROL_HELD: Anna has the controls/);
  }
  const passing = ['Page.captureScreenshot', 'Runtime.evaluate', 'Emulation.clearDeviceMetricsOverride'];
  for (const method of passing) {
    expect((await a.ask(method, {}, page)).result).toEqual({});
  }
  expect(chromium.methods(page).toSorted()).toEqual(passing.toSorted());
});

test('a control command takes free controls and holds them until 5 s after its end', async () => {
  const { browser, chromium, clock, lease } = startShared();
  const a = new Program(browser, 'shop test');
  const page = await a.attach();
  chromium.silent.add('Page.navigate');
  a.connection.receive(JSON.stringify({ id: 50, method: 'Page.navigate', sessionId: page }));
  await browser.call('Browser.getVersion');
  expect(lease.control.holder).toMatchObject({ kind: 'program', name: 'shop test' });
  await clock.advance(20_000);
  expect(lease.allow(VIEWER)).toBe(false);
  chromium.send({
    id: chromium.heard.find(({ method }) => method === 'Page.navigate')?.id,
    result: {},
    sessionId: page,
  });
  await a.until(() => a.received.some(({ id }) => id === 50));
  await clock.advance(4_999);
  expect(lease.allow(VIEWER)).toBe(false);
  await clock.advance(1);
  expect(lease.allow(VIEWER)).toBe(true);
});

test('a page is drawn as long as its screenshot takes, whatever becomes of the program', async () => {
  const { browser, chromium } = startShared();
  const a = new Program(browser);
  const page = await a.attach();
  const drawing = () => {
    const methods = chromium.methods();
    const count = (wanted: string) => methods.filter((method) => method === wanted).length;
    return count('Page.startScreencast') - count('Target.detachFromTarget');
  };
  await a.ask('Page.captureScreenshot', {}, page);
  expect(chromium.methods()).toContain('Page.startScreencast');
  expect(drawing()).toBe(0);
  chromium.silent.add('Page.captureScreenshot');
  a.connection.receive(JSON.stringify({ id: 50, method: 'Page.captureScreenshot', sessionId: page }));
  await expect.poll(() => chromium.methods(page)).toHaveLength(2);
  expect(drawing()).toBe(1);
  a.connection.close();
  await browser.call('Browser.getVersion');
  // Two sessions are detached: the one that draws the page, and the one of the program.
  expect(drawing()).toBe(-1);
});

test('a command whose page has gone holds the controls no longer', async () => {
  const { browser, chromium, clock, lease } = startShared();
  const a = new Program(browser);
  const page = await a.attach();
  chromium.silent.add('Page.navigate');
  a.connection.receive(JSON.stringify({ id: 50, method: 'Page.navigate', sessionId: page }));
  chromium.send({ method: 'Target.detachedFromTarget', params: { sessionId: page }, sessionId: 'S1' });
  await a.until(() => a.events('Target.detachedFromTarget').length > 0);
  await clock.advance(5_000);
  expect(lease.control.holder).toBeNull();
});

test('the controls are free when their program goes, also with a command that still runs', async () => {
  const { browser, chromium, lease } = startShared();
  const a = new Program(browser);
  const page = await a.attach();
  chromium.silent.add('Input.dispatchKeyEvent');
  a.connection.receive(JSON.stringify({ id: 50, method: 'Input.dispatchKeyEvent', sessionId: page }));
  a.connection.close();
  expect(lease.control.holder).toBeNull();
});

test('programs hear who has the controls and how they are called, and a new program hears it at once', async () => {
  const { browser, lease } = startShared();
  const [a, b] = [new Program(browser, 'a'), new Program(browser, 'b')];
  await Promise.all([a.ask('Browser.getVersion'), b.ask('Browser.getVersion')]);
  await a.ask('Target.createTarget', { url: 'about:blank' });
  lease.take(VIEWER);
  const late = new Program(browser, 'late');
  await late.ask('Browser.getVersion');
  const told = (program: Program) =>
    program
      .events(CONTROL_CHANGED)
      .map(({ params }) => [(params?.holder as { name: string } | null)?.name, params?.you]);
  expect(told(a)).toEqual([
    [undefined, false],
    ['a', true],
    ['Anna', false],
  ]);
  expect(told(b)).toEqual([
    [undefined, false],
    ['a', false],
    ['Anna', false],
  ]);
  expect(told(late)).toEqual([['Anna', false]]);
  for (const program of [a, b, late]) {
    const ids = new Set(program.events(CONTROL_CHANGED).map(({ params }) => params?.yourId));
    expect([...ids]).toEqual([program.connection.holder.id]);
  }
});

test('a text that is no command is answered with an error, and the program goes on', async () => {
  const { browser, chromium } = startShared();
  const a = new Program(browser);
  await a.ask('Browser.getVersion');
  const before = chromium.heard.length;
  const bad = [
    '',
    'x',
    'null',
    '[]',
    '{}',
    '"1"',
    '{"method":"A.b"}',
    '{"id":"1","method":"A.b"}',
    '{"id":1.5}',
  ];
  for (const text of [
    ...bad,
    '{"id":3,"method":7}',
    '{"id":4,"method":"A.b","params":[]}',
    '{"id":9e99,"method":"A.b"}',
  ]) {
    a.connection.receive(text);
    expect(a.received.at(-1)?.error?.code, text).toBeLessThan(-32000);
  }
  expect(a.received.slice(-3).map(({ id }) => id)).toEqual([3, 4, undefined]);
  await a.ask('Browser.getVersion');
  expect(chromium.heard).toHaveLength(before + 1);
});

test('whatever a program sends, nothing of it reaches the browser outside of the program’s sessions', async () => {
  const { browser, chromium } = startShared();
  const [other, hostile] = [new Program(browser), new Program(browser)];
  const page = await other.attach();
  const heardOther = other.received.length;
  const own = await hostile.attach();
  const before = chromium.heard.length;
  const session = fc.constantFrom(page, own, 'S1', 'S2', '', undefined, null, 3, '__proto__', 'constructor');
  const method = fc.constantFrom(
    'Runtime.evaluate',
    'Browser.crash',
    'Target.sendMessageToTarget',
    'toString',
    '',
  );
  const command = fc.record({
    id: fc.oneof(fc.integer(), fc.string()),
    method,
    sessionId: session,
    params: fc.object(),
  });
  fc.assert(
    fc.property(
      fc.oneof(
        command.map((value) => JSON.stringify(value)),
        fc.json(),
        fc.string(),
      ),
      (text) => {
        hostile.connection.receive(text);
      },
    ),
    { numRuns: 500 },
  );
  await hostile.ask('Browser.getVersion');
  for (const heard of chromium.heard.slice(before)) {
    expect([own, 'S2']).toContain(heard.sessionId);
    expect(['Runtime.evaluate', 'Browser.getVersion', 'toString', '']).toContain(heard.method);
  }
  expect(other.received).toHaveLength(heardOther);
});

test('a command over 16 MiB is refused, and a large one passes', async () => {
  const { browser } = startShared();
  const a = new Program(browser);
  const expression = 'x'.repeat(MAX_MESSAGE);
  expect((await a.ask('Runtime.evaluate', { expression })).error?.message).toMatch(/^TOO_LARGE/);
  expect((await a.ask('Runtime.evaluate', { expression: expression.slice(1_000) })).result).toEqual({});
});

test('a program gets no message of more than 16 MiB, neither as the browser wrote it nor as it grew', async () => {
  const { browser, chromium } = startShared();
  const a = new Program(browser);
  const page = await a.attach();
  chromium.results['Page.captureScreenshot'] = { data: 'x'.repeat(MAX_MESSAGE) };
  chromium.silent.add('Runtime.evaluate');
  expect((await a.ask('Page.printToPDF', {}, page)).result).toEqual({});
  expect((await a.ask('Page.captureScreenshot', {}, page)).error?.message).toMatch(/^TOO_LARGE/);
  const numbers = `[${'1e+20,'.repeat(1_000_000)}0]`;
  const answered = a.ask('Runtime.evaluate', {}, page);
  const sent = () => chromium.heard.find(({ method }) => method === 'Runtime.evaluate');
  await expect.poll(sent).toBeDefined();
  chromium.sendRaw(`{"id":${sent()?.id},"result":{"value":${numbers}},"sessionId":"${page}"}`);
  expect((await answered).error?.message).toMatch(/^TOO_LARGE/);
  chromium.sendRaw(
    `{"method":"Runtime.bindingCalled","params":{"payload":${numbers}},"sessionId":"${page}"}`,
  );
  await a.until(() => a.closed !== undefined);
  expect(a.closed?.code).toBe('MESSAGE_TOO_BIG');
});

test('a program that does not read is closed, and the others go on', async () => {
  const { browser, chromium } = startShared();
  const [slow, b] = [new Program(browser), new Program(browser)];
  const page = await slow.attach();
  slow.reads = false;
  const text = 'x'.repeat(8 * 1024 * 1024);
  const enough = MAX_WAITING / text.length;
  for (let i = 0; i < 2 * enough; i++)
    chromium.send({ method: 'Log.entryAdded', params: { text }, sessionId: page });
  await slow.until(() => slow.closed !== undefined);
  expect(slow.closed?.code).toBe('RATE_LIMITED');
  expect(slow.events('Log.entryAdded')).toHaveLength(enough);
  expect((await b.ask('Browser.getVersion')).result).toEqual({});
});

test('a program that sends more than the browser takes is closed', async () => {
  const { browser, chromium } = startShared();
  const a = new Program(browser);
  await a.ask('Browser.getVersion');
  chromium.streams.output.cork();
  const text = JSON.stringify({
    id: 9,
    method: 'Runtime.evaluate',
    params: { expression: 'x'.repeat(12e6) },
  });
  const taken: boolean[] = [];
  for (let i = 0; i < 4; i++) a.connection.receive(text, () => taken.push(true));
  expect(a.closed?.code).toBe('RATE_LIMITED');
  expect(taken).toEqual([true]);
});

test('a page that waits for a program which hangs is started after a while, and only then', async () => {
  const { browser, chromium, clock } = startShared();
  const a = new Program(browser);
  await a.ask('Browser.getVersion');
  const [started, stuck] = [chromium.attachTo('S1', true), chromium.attachTo('S1', true)];
  await a.until(() => a.events('Target.attachedToTarget').length === 2);
  await a.ask('Runtime.runIfWaitingForDebugger', {}, started);
  await clock.advance(MOST_PAUSE_MS - 1);
  await browser.call('Browser.getVersion');
  expect(chromium.methods(stuck)).toEqual([]);
  await clock.advance(1);
  await browser.call('Browser.getVersion');
  expect(chromium.methods(stuck)).toEqual(['Runtime.runIfWaitingForDebugger']);
  expect(chromium.methods(started)).toEqual(['Runtime.runIfWaitingForDebugger']);
  expect(clock.pending).toBe(0);
});
