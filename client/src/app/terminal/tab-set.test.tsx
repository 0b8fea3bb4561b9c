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

test('nothing is opened before it is known what there is', () => {
  const { tabs, setListed } = tabSet(undefined);
  expect(tabs.ids()).toEqual([]);
  setListed([terminal('t2', 2)]);
  expect(tabs.ids()).toEqual(['t2']);
});

test('after a reload the same tabs stand in the same order, and the one in the address is in front', () => {
  const { tabs } = tabSet([terminal('t2', 20), terminal('main', 10)], '/?terminal=t2');
  expect([tabs.ids(), tabs.active()]).toEqual([['main', 't2'], 't2']);
});

test('while the provider is away the tab of the address is shown, and the others come with it', () => {
  const { tabs, setListed } = tabSet('unreachable', '/?terminal=t2');
  expect(tabs.ids()).toEqual(['t2']);
  setListed([terminal('main', 1), terminal('t2', 2)]);
  expect([tabs.ids(), tabs.active()]).toEqual([['main', 't2'], 't2']);
});

test('an address that names no possible terminal opens the main one', () => {
  expect(tabSet([], '/?terminal=../../etc').tabs.ids()).toEqual(['main']);
});

test('a new tab comes to the front and stays while the machine does not list it yet', async () => {
  const { tabs, setListed } = tabSet([terminal('main', 1)]);
  tabs.add();
  const [, added] = tabs.ids();
  await expect.poll(() => tabs.active()).toBe(added);
  setListed([terminal('main', 1)]);
  expect(tabs.ids()).toEqual(['main', added]);
});

test('a closed tab does not come back with a list that is a moment old; its neighbour comes to the front', async () => {
  const { tabs, setListed } = tabSet([terminal('main', 1), terminal('t2', 2)], '/?terminal=t2');
  tabs.remove('t2');
  setListed([terminal('main', 1), terminal('t2', 2)]);
  expect(tabs.ids()).toEqual(['main']);
  await expect.poll(() => tabs.active()).toBe('main');
  tabs.remove('main');
  expect([tabs.ids(), tabs.active()]).toEqual([[], '']);
});

test('moving goes around the end', async () => {
  const { tabs } = tabSet([terminal('main', 1), terminal('t2', 2), terminal('t3', 3)]);
  tabs.move(-1);
  await expect.poll(() => tabs.active()).toBe('t3');
  tabs.move(1);
  await expect.poll(() => tabs.active()).toBe('main');
});
