/** Which page has the focus, also beside pages that hang. */
import { SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import type { CdpEvent, Params } from '../cdp/index.ts';
import { Pages } from './pages.ts';

type Look = 'here' | 'nowhere' | 'hangs';

/** A browser with a page for each name, which says where its focus is. */
async function setUp(looks: Record<string, Look>) {
  const clock = new SimClock();
  const listeners: ((event: CdpEvent) => void)[] = [];
  const calls: string[] = [];
  const tell = (method: string, params: Params) => {
    for (const listener of listeners) listener({ method: `Target.${method}`, params, sessionId: 'root' });
  };
  const call = async (method: string, params: Params = {}, sessionId = ''): Promise<Params> => {
    calls.push(method);
    if (method === 'Target.attachToBrowserTarget') return { sessionId: 'root' };
    if (method === 'Target.attachToTarget') {
      const { targetId } = params;
      tell('attachedToTarget', { sessionId: targetId, targetInfo: { targetId } });
    }
    if (method === 'Page.createIsolatedWorld') return { executionContextId: 1 };
    if (method !== 'Runtime.evaluate') return {};
    const look = looks[sessionId];
    return look === 'hangs' ? new Promise(() => undefined) : { result: { value: look } };
  };
  const subscribe = (listener: (event: CdpEvent) => void) => {
    listeners.push(listener);
    return () => undefined;
  };
  const pages = new Pages({ call, subscribe }, clock);
  await pages.start();
  for (const name of Object.keys(looks)) {
    tell('attachedToTarget', { sessionId: name, targetInfo: { targetId: name } });
  }
  return { clock, pages, tell, calls };
}

async function focusOf(looks: Record<string, Look>, ms: number) {
  const { clock, pages } = await setUp(looks);
  let found: unknown = 'waits';
  void pages.focused().then((focus) => {
    found = focus?.sessionId;
  });
  await clock.advance(ms);
  return found;
}

test('a page that hangs delays nothing while another one has the focus', async () => {
  expect(await focusOf({ a: 'hangs', b: 'here', c: 'nowhere' }, 0)).toBe('b');
});

test('while no page says that it has the focus, a page that hangs is waited for, for 2 s', async () => {
  expect(await focusOf({ a: 'hangs', b: 'nowhere' }, 1_999)).toBe('waits');
  expect(await focusOf({ a: 'hangs', b: 'nowhere' }, 2_000)).toBeUndefined();
});

test('without a page, none has the focus', async () => {
  expect(await focusOf({}, 0)).toBeUndefined();
});

test('a tab is found again when it comes back from one of the browser’s own pages', async () => {
  const { pages, tell, calls } = await setUp({ a: 'here' });
  const changed = () => tell('targetInfoChanged', { targetInfo: { targetId: 'a', type: 'page' } });
  changed();
  expect(calls).not.toContain('Target.attachToTarget');
  tell('detachedFromTarget', { sessionId: 'a' });
  expect(await pages.focused()).toBeUndefined();
  changed();
  expect(await pages.focused()).toMatchObject({ sessionId: 'a' });
});
