/** Tests which reports the hub gets, and in which order. */

import type { HubMethods, VmObserved } from '@unicore/protocol/control';
import { SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { vmReporter } from './reporter.ts';

function vm(vmId: string, phase: VmObserved['phase'] = 'running'): VmObserved {
  return { vmId, gen: 1, phase, code: null, reason: null };
}

type Report = Parameters<HubMethods['observed']>[0];

function setUp() {
  const clock = new SimClock();
  const seen: VmObserved[] = [];
  const reporter = vmReporter({ clock, log: pino({ level: 'silent' }), whole: () => [...seen] });
  /** A hub whose answers the test controls. */
  const hub = () => {
    const reports: Report[] = [];
    const answers: PromiseWithResolvers<void>[] = [];
    const observed = (report: Report) => {
      reports.push(report);
      answers.push(Promise.withResolvers<void>());
      return answers.at(-1)!.promise;
    };
    return { observed, observedDesktops: async () => {}, reports, answers };
  };
  return { clock, seen, reporter, hub };
}

test('reports all VMs first, then changes: one report at a time, with only the newest state of each VM', async () => {
  const { clock, seen, reporter, hub } = setUp();
  const { reports, answers, ...methods } = hub();
  seen.push(vm('one', 'starting'));
  reporter.changed(vm('one', 'starting'));
  reporter.connect(methods);
  reporter.changed(vm('one', 'running'));
  reporter.changed(vm('two', 'starting'));
  reporter.changed(vm('two', 'running'));
  await clock.advance(0);
  expect(reports).toEqual([{ whole: true, vms: [vm('one', 'starting')] }]);
  answers[0]!.resolve();
  await clock.advance(0);
  expect(reports[1]).toEqual({ whole: false, vms: [vm('one'), vm('two')] });
  answers[1]!.resolve();
  await clock.advance(60_000);
  expect(reports).toHaveLength(2);
});

test('a VM that was deleted while no hub was connected is reported on the next connection', async () => {
  const { clock, seen, reporter, hub } = setUp();
  seen.push(vm('two'));
  reporter.changed(vm('one', 'deleted'));
  const { reports, ...methods } = hub();
  reporter.connect(methods);
  await clock.advance(0);
  expect(reports).toEqual([{ whole: true, vms: [vm('one', 'deleted'), vm('two')] }]);
});

test('after a failed report the next one holds all VMs', async () => {
  const { clock, seen, reporter, hub } = setUp();
  const { reports, answers, ...methods } = hub();
  reporter.connect(methods);
  await clock.advance(0);
  answers[0]!.resolve();
  seen.push(vm('one'));
  reporter.changed(vm('one'));
  await clock.advance(0);
  answers[1]!.reject(new Error('busy'));
  await clock.advance(1_000);
  expect(reports[2]).toEqual({ whole: true, vms: [vm('one')] });
});

test('after a new connection, the old one gets no more reports and cannot delay the new one', async () => {
  const { clock, reporter, hub } = setUp();
  const first = hub();
  const second = hub();
  reporter.connect(first);
  await clock.advance(0);
  reporter.connect(second);
  reporter.disconnect(first);
  first.answers[0]!.reject(new Error('gone'));
  await clock.advance(0);
  reporter.changed(vm('one'));
  await clock.advance(0);
  expect(first.reports).toHaveLength(1);
  expect(second.reports[0]).toMatchObject({ whole: true });
});

test('is settled when the hub has taken all reports, also after one that failed', async () => {
  const { clock, reporter, hub } = setUp();
  const { reports, answers, ...methods } = hub();
  reporter.connect(methods);
  let isSettled = false;
  void reporter.settled().then(() => {
    isSettled = true;
  });
  await clock.advance(0);
  answers[0]!.reject(new Error('The hub is busy.'));
  await clock.advance(500);
  expect(isSettled).toBe(false);
  await clock.advance(1_000);
  expect(reports).toHaveLength(2);
  answers[1]!.resolve();
  await clock.advance(0);
  expect(isSettled).toBe(true);
  await reporter.settled();
});
