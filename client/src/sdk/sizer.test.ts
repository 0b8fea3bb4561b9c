/** The other end is told the newest size, and nothing that is out of date. */
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

test('while one call is under way only the newest size waits', async () => {
  const { sizer, calls, clock, cols } = newSizer();
  sizer.forOpen();
  sizer.attached('w1');
  for (const wanted of [81, 82, 83]) sizer.want(size(wanted));
  expect(cols()).toEqual([81]);
  calls[0]!.answer();
  await clock.advance(0);
  expect(cols()).toEqual([81, 83]);
});

test('a size that the OPEN has told is not told again', () => {
  const { sizer, cols } = newSizer();
  sizer.forOpen();
  sizer.attached('w1');
  sizer.want(size(80));
  expect(cols()).toEqual([]);
});

test('a size that changed between OPEN and ACCEPT is told', () => {
  const { sizer, calls } = newSizer();
  sizer.forOpen();
  sizer.want(size(90));
  sizer.attached('w1');
  expect(calls[0]).toMatchObject({ size: size(90), viewer: 'w1' });
});

test('a call that fails is made again after a pause, with the newest size', async () => {
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

test('without an attachment nothing is told, and the next OPEN says the newest', async () => {
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

test('an answer that comes after a new attachment does not count for it', async () => {
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
