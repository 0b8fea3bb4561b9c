/** Which terminals are open as tabs. */
import type { Terminal } from '@unicore/protocol/api';
import { createSignal } from 'solid-js';
import { expect, test } from 'vitest';
import { fakeHub, renderPart } from '../testing/index.ts';
import { createTabSet, type TabSet } from './tab-set.ts';

type Listed = readonly Terminal[] | 'unreachable' | undefined;

const terminal = (terminalId: string, createdAt: number): Terminal => ({
  terminalId,
  title: 'bash',
  cols: 80,
  rows: 24,
  viewers: 0,
  createdAt,
});

function tabSet(first: Listed, path = '/') {
  const [listed, setListed] = createSignal<Listed>(first);
  let tabs!: TabSet;
  const { history } = renderPart(
    fakeHub(),
    () => {
      tabs = createTabSet(listed);
      return null;
    },
    path,
  );
  return { tabs, setListed, history };
}

test('a machine without terminals gets its main one', () => {
  const { tabs } = tabSet([]);
  expect([tabs.ids(), tabs.active()]).toEqual([['main'], 'main']);
});

test('no tab is opened before the terminals of the machine are known', () => {
  const { tabs, setListed } = tabSet(undefined);
  expect(tabs.ids()).toEqual([]);
  setListed([terminal('t2', 2)]);
  expect(tabs.ids()).toEqual(['t2']);
});

test('a reload restores the tabs in the same order and activates the one in the address', () => {
  const { tabs } = tabSet([terminal('t2', 20), terminal('main', 10)], '/?terminal=t2');
  expect([tabs.ids(), tabs.active()]).toEqual([['main', 't2'], 't2']);
});

test('while the provider is offline only the tab in the address is shown; the others return with the provider', () => {
  const { tabs, setListed } = tabSet('unreachable', '/?terminal=t2');
  expect(tabs.ids()).toEqual(['t2']);
  setListed([terminal('main', 1), terminal('t2', 2)]);
  expect([tabs.ids(), tabs.active()]).toEqual([['main', 't2'], 't2']);
});

test('an address with an invalid terminal id opens the main terminal', () => {
  expect(tabSet([], '/?terminal=../../etc').tabs.ids()).toEqual(['main']);
});

test('a new tab becomes active and stays while the machine does not list it yet', async () => {
  const { tabs, setListed } = tabSet([terminal('main', 1)]);
  tabs.add();
  const [, added] = tabs.ids();
  await expect.poll(() => tabs.active()).toBe(added);
  setListed([terminal('main', 1)]);
  expect(tabs.ids()).toEqual(['main', added]);
});

test('a closed tab does not return with an outdated list, and its neighbour becomes active', async () => {
  const { tabs, setListed } = tabSet([terminal('main', 1), terminal('t2', 2)], '/?terminal=t2');
  tabs.remove('t2');
  setListed([terminal('main', 1), terminal('t2', 2)]);
  expect(tabs.ids()).toEqual(['main']);
  await expect.poll(() => tabs.active()).toBe('main');
  tabs.remove('main');
  expect([tabs.ids(), tabs.active()]).toEqual([[], '']);
});

test('moving wraps around at the end', async () => {
  const { tabs } = tabSet([terminal('main', 1), terminal('t2', 2), terminal('t3', 3)]);
  tabs.move(-1);
  await expect.poll(() => tabs.active()).toBe('t3');
  tabs.move(1);
  await expect.poll(() => tabs.active()).toBe('main');
});
