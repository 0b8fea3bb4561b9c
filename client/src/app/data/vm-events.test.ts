/** Events of vm.watch keep the list of machines sorted and current. */
import { expect, test } from 'vitest';
import { fakeVm } from '../testing/index.ts';
import { applyVmEvent } from './vm-events.ts';

const a = fakeVm({ vmId: 'a', createdAt: 1 });
const b = fakeVm({ vmId: 'b', createdAt: 2 });

test('the newest machine is first, in whatever order they arrive', () => {
  expect(applyVmEvent([], { type: 'all', vms: [a, b] })).toEqual([b, a]);
  expect(applyVmEvent([a], { type: 'changed', vm: b })).toEqual([b, a]);
});

test('a change replaces the machine and keeps the order', () => {
  const renamed = { ...a, name: 'renamed', updatedAt: a.updatedAt + 1 };
  expect(applyVmEvent([b, a], { type: 'changed', vm: renamed })).toEqual([b, renamed]);
});

test('a late answer does not overwrite a newer record', () => {
  const newer = { ...a, state: 'stopped' as const, updatedAt: a.updatedAt + 5 };
  expect(applyVmEvent([newer], { type: 'changed', vm: a })).toEqual([newer]);
  expect(applyVmEvent([newer], { type: 'all', vms: [a] })).toEqual([newer]);
});

test('of two records with the same time the last to arrive counts, since reachability does not change the time', () => {
  const suspect = { ...a, state: 'suspect' as const };
  expect(applyVmEvent([a], { type: 'changed', vm: suspect })).toEqual([suspect]);
});

test('deleted machines leave the list', () => {
  expect(applyVmEvent([b, a], { type: 'deleted', vmId: 'b' })).toEqual([a]);
  expect(applyVmEvent([b, a], { type: 'changed', vm: { ...b, state: 'deleted' } })).toEqual([a]);
});
