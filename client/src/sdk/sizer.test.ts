/** The newest window size is sent to the other end. Outdated sizes are not sent. */
import { SimClock } from '@unicore/protocol/sim';
import { expect, test } from 'vitest';
import { type Size, Sizer } from './sizer.ts';

const size = (cols: number): Size => ({ cols, rows: 24 });

function newSizer() {
  const clock = new SimClock();
  const calls: { size: Size; viewer: string; answer: (failure?: Error) => void }[] = [];
  const sizer = new Sizer({
    clock,
    size: size(80),
    tell: (told, viewer) =>
      new Promise<void>((done, fail) => {
        calls.push({ size: told, viewer, answer: (failure) => (failure ? fail(failure) : done()) });
      }),
  });
  return { clock, calls, sizer, cols: () => calls.map((call) => call.size.cols) };
}

test('while one call runs only the newest size waits', async () => {
  const { sizer, calls, clock, cols } = newSizer();
  sizer.forOpen();
  sizer.attached('w1');
  for (const wanted of [81, 82, 83]) sizer.want(size(wanted));
  expect(cols()).toEqual([81]);
  calls[0]!.answer();
  await clock.advance(0);
  expect(cols()).toEqual([81, 83]);
});

test('a size that OPEN carried is not sent again', () => {
  const { sizer, cols } = newSizer();
  sizer.forOpen();
  sizer.attached('w1');
  sizer.want(size(80));
  expect(cols()).toEqual([]);
});

test('a size that changed between OPEN and ACCEPT is sent', () => {
  const { sizer, calls } = newSizer();
  sizer.forOpen();
  sizer.want(size(90));
  sizer.attached('w1');
  expect(calls[0]).toMatchObject({ size: size(90), viewer: 'w1' });
});

test('a failed call is retried after a pause, with the newest size', async () => {
  const { sizer, calls, clock, cols } = newSizer();
  sizer.forOpen();
  sizer.attached('w1');
  sizer.want(size(81));
  calls[0]!.answer(new Error('hub away'));
  await clock.advance(0);
  sizer.want(size(82));
  expect(cols()).toEqual([81]);
  await clock.advance(1_000);
  expect(cols()).toEqual([81, 82]);
});

test('while not attached nothing is sent, and the next OPEN carries the newest size', async () => {
  const { sizer, clock, calls, cols } = newSizer();
  sizer.forOpen();
  sizer.attached('w1');
  sizer.want(size(81));
  calls[0]!.answer(new Error('hub away'));
  await clock.advance(0);
  sizer.detached();
  sizer.want(size(82));
  await clock.advance(5_000);
  expect(cols()).toEqual([81]);
  expect(sizer.forOpen()).toEqual(size(82));
});

test('an answer to an earlier attachment does not count for a new one', async () => {
  const { sizer, calls, clock } = newSizer();
  sizer.forOpen();
  sizer.attached('w1');
  sizer.want(size(81));
  sizer.detached();
  sizer.forOpen();
  sizer.want(size(82));
  sizer.attached('w2');
  calls[0]!.answer();
  await clock.advance(0);
  expect(calls.map((call) => [call.size.cols, call.viewer])).toEqual([
    [81, 'w1'],
    [82, 'w2'],
  ]);
});
