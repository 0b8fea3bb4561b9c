/** Tests of several programs that share one browser. */
import { expect, test } from 'vitest';
import { CONTROL_CHANGED, MAX_PROGRAMS } from './index.ts';
import { FakeBrowser } from './testing/fake-browser.ts';
import { Program } from './testing/program.ts';
import { startShared } from './testing/shared.ts';

test('each program has a browser session of its own, and sees its own ids', async () => {
  const { browser, chromium } = startShared();
  const [a, b] = [new Program(browser), new Program(browser)];
  const answers = await Promise.all([a.ask('Browser.getVersion'), b.ask('Browser.getVersion')]);
  expect(answers).toEqual([
    { id: 1, result: {} },
    { id: 1, result: {} },
  ]);
  const asked = chromium.heard.filter(({ method }) => method === 'Browser.getVersion');
  expect(new Set(asked.map(({ id }) => id)).size).toBe(2);
  expect(new Set(asked.map(({ sessionId }) => sessionId))).toEqual(new Set(['S1', 'S2']));
});

test('events of top-level and child sessions reach only the program that attached them', async () => {
  const { browser, chromium } = startShared();
  const [a, b] = [new Program(browser), new Program(browser)];
  const page = await a.attach();
  await b.ask('Target.setDiscoverTargets');
  chromium.send({ method: 'Target.targetCreated', params: { n: 1 }, sessionId: 'S1' });
  chromium.send({ method: 'Page.loadEventFired', params: {}, sessionId: page });
  chromium.send({ method: 'Page.loadEventFired', params: {}, sessionId: 'unknown' });
  const frame = chromium.attachTo(page);
  chromium.send({ method: 'Page.frameStoppedLoading', params: {}, sessionId: frame });
  await a.until(() => a.events('Page.frameStoppedLoading').length > 0);
  expect(a.events('Target.targetCreated')).toEqual([{ method: 'Target.targetCreated', params: { n: 1 } }]);
  expect(a.events('Page.loadEventFired')).toEqual([
    { method: 'Page.loadEventFired', params: {}, sessionId: page },
  ]);
  await b.ask('Browser.getVersion');
  expect(b.received.filter(({ method }) => method !== undefined && method !== CONTROL_CHANGED)).toEqual([]);
});

test("a program cannot use another program's session, nor the browser's own", async () => {
  const { browser, chromium } = startShared();
  const [a, b] = [new Program(browser), new Program(browser)];
  const page = await a.attach();
  for (const sessionId of [page, 'S1', 'S99', '', '__proto__']) {
    const answer = await b.ask('Runtime.evaluate', { expression: '1' }, sessionId);
    expect(answer.error).toEqual({ code: -32001, message: 'Session with given id not found.' });
  }
  expect(chromium.methods()).not.toContain('Runtime.evaluate');
});

test('a session is nobody’s after it was detached, with all that were attached from it', async () => {
  const { browser, chromium } = startShared();
  const a = new Program(browser);
  const page = await a.attach();
  const frame = chromium.attachTo(page);
  chromium.send({ method: 'Target.detachedFromTarget', params: { sessionId: page }, sessionId: 'S1' });
  await a.until(() => a.events('Target.detachedFromTarget').length > 0);
  for (const sessionId of [page, frame]) {
    expect((await a.ask('Page.enable', {}, sessionId)).error?.code).toBe(-32001);
  }
});

test('a fifth program is refused until one of four goes', () => {
  const { browser } = startShared();
  const programs = Array.from({ length: MAX_PROGRAMS }, () => new Program(browser));
  expect(() => new Program(browser)).toThrow(expect.objectContaining({ code: 'TOO_MANY_CHANNELS' }));
  programs[0]!.connection.close();
  expect(new Program(browser).closed).toBeUndefined();
  expect(browser.programs).toBe(MAX_PROGRAMS);
});

test('the session of a program that goes is detached', async () => {
  const { browser, chromium } = startShared();
  const a = new Program(browser);
  await a.ask('Browser.getVersion');
  a.connection.close();
  await browser.call('Browser.getVersion');
  expect(chromium.heard).toContainEqual({
    id: expect.anything(),
    method: 'Target.detachFromTarget',
    params: { sessionId: 'S1' },
  });
});

test('a session that comes after its program went is detached, and the early commands are dropped', async () => {
  const { browser, chromium } = startShared();
  chromium.silent.add('Target.attachToBrowserTarget');
  const early = new Program(browser);
  early.connection.receive('{"id":1,"method":"Browser.getVersion"}');
  early.connection.close();
  await browser.call('Browser.getVersion');
  chromium.send({ id: chromium.heard[0]?.id, result: { sessionId: chromium.attachTo(undefined) } });
  await browser.call('Browser.getVersion');
  expect(chromium.heard.slice(2).map(({ method, sessionId }) => [method, sessionId])).toEqual([
    ['Target.detachFromTarget', undefined],
    ['Browser.getVersion', undefined],
  ]);
  expect(early.received).toEqual([]);
});

test('commands that come before the session is there are carried out in order', async () => {
  const { browser, chromium } = startShared();
  chromium.silent.add('Target.attachToBrowserTarget');
  const early = new Program(browser);
  const answers = Promise.all([early.ask('Target.setDiscoverTargets'), early.ask('Browser.getVersion')]);
  chromium.send({ id: chromium.heard[0]?.id, result: { sessionId: chromium.attachTo(undefined) } });
  await answers;
  expect(chromium.methods('S1')).toEqual(['Target.setDiscoverTargets', 'Browser.getVersion']);
});

test('Browser.close is answered, and ends only the connection of its program', async () => {
  const { browser, chromium } = startShared();
  const [a, b] = [new Program(browser), new Program(browser)];
  expect(await a.ask('Browser.close')).toEqual({ id: 1, result: {} });
  expect(a.closed?.code).toBe('OK');
  expect((await b.ask('Browser.getVersion')).result).toEqual({});
  expect(chromium.methods()).not.toContain('Browser.close');
});

test('all programs and calls end when the browser is lost, and programs connect to the next one', async () => {
  const { browser, chromium, lost } = startShared();
  const a = new Program(browser);
  await a.ask('Browser.getVersion');
  chromium.silent.add('Browser.getVersion');
  const call = browser.call('Browser.getVersion');
  chromium.crash();
  await expect(call).rejects.toThrow('Browser.getVersion: The browser has ended.');
  await lost;
  expect(a.closed?.code).toBe('RUNTIME_UNAVAILABLE');
  expect(() => new Program(browser)).toThrow(expect.objectContaining({ code: 'RUNTIME_UNAVAILABLE' }));
  await expect(browser.call('Browser.getVersion')).rejects.toThrow('The browser has ended.');
  const next = new FakeBrowser();
  void browser.attach(next.streams);
  expect((await new Program(browser).ask('Browser.getVersion')).result).toEqual({});
});

test('a browser that sends no CDP counts as lost', async () => {
  for (const text of ['', 'null', '{"id":"1"}', '{"x', '[]']) {
    const { chromium, lost } = startShared();
    chromium.sendRaw(text);
    await lost;
  }
});

test('an answer that is too large is an error for the one who asked, and others lose nothing', async () => {
  const { browser, chromium } = startShared({ maxBytes: 5_000 });
  const [a, b] = [new Program(browser), new Program(browser)];
  const page = await a.attach();
  chromium.results['Page.captureScreenshot'] = { data: 'x'.repeat(5_000) };
  const [shot, version] = await Promise.all([
    a.ask('Page.captureScreenshot', {}, page),
    b.ask('Browser.getVersion'),
  ]);
  expect(shot.error?.message).toContain('TOO_LARGE');
  expect(shot.sessionId).toBe(page);
  expect(version.result).toEqual({});
});

test('a program that misses an event because it is too large is closed', async () => {
  const { browser, chromium } = startShared({ maxBytes: 5_000 });
  const [a, b] = [new Program(browser), new Program(browser)];
  const page = await a.attach();
  chromium.send({ method: 'Runtime.consoleAPICalled', params: { text: 'x'.repeat(5_000) }, sessionId: page });
  await a.until(() => a.closed !== undefined);
  expect(a.closed?.code).toBe('MESSAGE_TOO_BIG');
  expect((await b.ask('Browser.getVersion')).result).toEqual({});
});

test('this process calls the browser itself, and hears only its own sessions', async () => {
  const { browser, chromium } = startShared();
  const a = new Program(browser);
  const theirs = await a.attach();
  const methods: string[] = [];
  browser.subscribe(({ method }) => methods.push(method));
  const { sessionId } = await browser.call('Target.attachToTarget', { targetId: 'T' });
  chromium.send({ method: 'Page.loadEventFired', params: {}, sessionId: theirs });
  chromium.send({ method: 'Page.domContentEventFired', params: {}, sessionId });
  await browser.call('Input.insertText', { text: 'ü' }, String(sessionId));
  expect(methods).toEqual(['Target.attachedToTarget', 'Page.domContentEventFired']);
  expect((await a.ask('Page.enable', {}, String(sessionId))).error?.code).toBe(-32001);
});
