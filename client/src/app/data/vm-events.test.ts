import { expect, test } from 'vitest';
import { fakeVm } from '../testing/index.ts';
import { applyVmEvent } from './vm-events.ts';

const a = fakeVm({ vmId: 'a', createdAt: 1 });
const b = fakeVm({ vmId: 'b', createdAt: 2 });

test('the newest machine stands on top, however they arrive', () => {
  expect(applyVmEvent([], { type: 'all', vms: [a, b] })).toEqual([b, a]);
  expect(applyVmEvent([a], { type: 'changed', vm: b })).toEqual([b, a]);
});

test('a change replaces the machine and moves no other', () => {
  const renamed = { ...a, name: 'renamed', updatedAt: a.updatedAt + 1 };
  expect(applyVmEvent([b, a], { type: 'changed', vm: renamed })).toEqual([b, renamed]);
});

test('an answer that comes late does not take back what is known since', () => {
  const newer = { ...a, state: 'stopped' as const, updatedAt: a.updatedAt + 5 };
  expect(applyVmEvent([newer], { type: 'changed', vm: a })).toEqual([newer]);
  expect(applyVmEvent([newer], { type: 'all', vms: [a] })).toEqual([newer]);
});

test('of two records of the same age the one just heard counts, because reachability has no record of its own', () => {
  const suspect = { ...a, state: 'suspect' as const };
  expect(applyVmEvent([a], { type: 'changed', vm: suspect })).toEqual([suspect]);
});

test('deleted machines leave the list', () => {
  expect(applyVmEvent([b, a], { type: 'deleted', vmId: 'b' })).toEqual([a]);
  expect(applyVmEvent([b, a], { type: 'changed', vm: { ...b, state: 'deleted' } })).toEqual([a]);
});
