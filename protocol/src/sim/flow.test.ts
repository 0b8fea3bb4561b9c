/** A simulated socket behaves as a sender expects: it queues, is slow and late, and never changes the order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimClock } from './clock.ts';
import { Flow, type FlowShape } from './flow.ts';

function flowing(shape: FlowShape) {
  const clock = new SimClock();
  const arrived: [number, number][] = [];
  const drained: number[] = [];
  const flow = new Flow(clock, shape, () => drained.push(flow.buffered));
  const push = (size: number, name = size) => flow.push(size, () => arrived.push([clock.now(), name]));
  return { clock, flow, arrived, drained, push };
}

test('whatever the rate, the delays and the pauses, everything arrives once and in order', async () => {
  const step = fc.record({ size: fc.nat(5_000), pause: fc.nat(3), still: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 50 }),
      fc.integer({ min: 1, max: 500 }),
      fc.infiniteStream(fc.double({ min: 0, max: 20, noNaN: true })),
      async (steps, bytesPerMs, jitter) => {
        const { clock, flow, arrived, push } = flowing({
          delayMs: 0.1,
          jitterMs: () => jitter.next().value,
          bytesPerMs,
        });
        for (const [i, { size, pause, still }] of steps.entries()) {
          push(size, i);
          if (still) flow.stall();
          else flow.resume();
          await clock.advance(pause);
        }
        flow.resume();
        await clock.advance(100_000_000);
        expect(arrived.map(([, name]) => name)).toEqual([...steps.keys()]);
        expect([flow.buffered, clock.pending]).toEqual([0, 0]);
      },
    ),
  );
});

test('buffers as the kernel does, sends at its rate, and reports when its buffer drains', async () => {
  const { clock, flow, arrived, drained, push } = flowing({ delayMs: 5, bytesPerMs: 10, kernelBytes: 150 });
  for (let i = 0; i < 3; i++) push(100, i);
  expect(flow.buffered).toBe(150);
  await clock.advance(100);
  expect(arrived).toEqual([
    [15, 0],
    [25, 1],
    [35, 2],
  ]);
  expect(drained).toEqual([50, 0, 0]);
});

test('loses nothing while it is stopped, and everything when it ends', async () => {
  const { clock, flow, arrived, push } = flowing({ delayMs: 5, bytesPerMs: 10 });
  push(100);
  await clock.advance(12);
  flow.stall();
  push(50);
  await clock.advance(1_000);
  expect([arrived.length, flow.buffered]).toEqual([0, 50]);
  flow.resume();
  expect(arrived).toEqual([[1_012, 100]]);
  flow.end();
  await clock.advance(1_000);
  expect(arrived.length).toBe(1);
});
