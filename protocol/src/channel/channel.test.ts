import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { done, expectWhole, setup } from '../testing/transfer/index.ts';
import { WINDOWS } from '../wire/index.ts';
import { Outbox } from './outbox.ts';

describe('a channel', () => {
  test('carries every byte both ways and ends in order', async () => {
    const s = setup();
    await s.path.clock.until(() => done(s), 60_000);
    expectWhole(s.consumer, s.provider);
    expect(s.accepted).toHaveLength(1);
  });

  test('loses, repeats and reorders nothing, whichever hop is killed or moved at any time', async () => {
    const kill = fc.record({
      at: fc.integer({ min: 0, max: 1500 }),
      what: fc.constantFrom('cutConsumer', 'cutProvider', 'killHub', 'moveConsumer', 'moveProvider'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(kill, { maxLength: 12 }),
        fc.nat(150_000),
        fc.nat(150_000),
        async (kills, up, down) => {
          const s = setup({ up: up + 1, down: down + 1 });
          for (const { at, what } of kills) s.path.clock.after(at, () => s.path[what](100));
          await s.path.clock.advance(1_500);
          await s.path.clock.until(() => done(s), 300_000);
          expectWhole(s.consumer, s.provider);
          expect(s.accepted).toHaveLength(1);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('both ends of which are done counts as ended in order even if the last acknowledgement was lost', async () => {
    const s = setup({ up: 1, down: 131_072 });
    s.path.clock.after(51, () => s.path.cutConsumer());
    await s.path.clock.until(() => done(s), 300_000);
    expectWhole(s.consumer, s.provider);
  });

  test('never has more in flight than the window, when the reader stops', async () => {
    const { consumer, provider, path } = setup({ up: 1, down: 1_000_000 });
    consumer.consume = false;
    await path.clock.advance(60_000);
    expect(consumer.received).toBe(WINDOWS.terminal);
    expect(provider.channel!.inFlight).toBe(0);
    expect(provider.sent).toBe(WINDOWS.terminal);
    consumer.consume = true;
    consumer.channel!.consumed(consumer.held);
    await path.clock.until(() => done({ consumer, provider }), 60_000);
    expectWhole(consumer, provider);
  });

  test('reports what it has consumed together with an answer', async () => {
    const { consumer, provider, path, opener } = setup();
    const keys = new Outbox();
    const echoes = new Outbox();
    let heard = 0;
    consumer.handler.pull = (max) => keys.pull(max);
    consumer.handler.data = (bytes) => {
      heard += bytes.length;
    };
    provider.handler.pull = (max) => echoes.pull(max);
    provider.handler.data = (bytes) => {
      echoes.push(bytes.slice());
      provider.channel!.wake();
      provider.channel!.consumed(bytes.length);
    };
    await path.clock.until(() => opener.attachedNow, 1_000);
    keys.push(Uint8Array.of(1));
    opener.wake();
    await path.clock.until(() => heard === 1, 1_000);
    expect(opener.inFlight).toBe(0);
  });

  test('tells the consumer at once when the provider is lost, and goes on when it is back', async () => {
    const { consumer, provider, path, opener } = setup({ up: 10, down: 2_000_000 });
    await path.clock.until(() => consumer.received > 100_000, 10_000);
    path.cutProvider();
    await path.clock.advance(6);
    expect(opener.attachedNow).toBe(false);
    await path.clock.until(() => done({ consumer, provider }), 60_000);
    expectWhole(consumer, provider);
    expect(consumer.attachments).toBeGreaterThan(1);
  });

  test('that does not resume closes with the path', async () => {
    const { consumer, path } = setup({ resume: false, down: 10_000_000 });
    await path.clock.advance(100);
    path.cutConsumer();
    expect(consumer.closed?.code).toBe('LEG_LOST');
  });

  test('that is aborted by one end is closed at the other', async () => {
    const { consumer, provider, path, opener } = setup({ down: 10_000_000 });
    await path.clock.until(() => consumer.received > 0, 10_000);
    opener.reset('FORBIDDEN', 'enough');
    await path.clock.advance(30);
    expect(provider.closed).toEqual({ code: 'FORBIDDEN', message: 'enough' });
  });

  test('is closed by the accepting end when no opener attaches for two minutes', async () => {
    const { consumer, provider, path } = setup({ down: 10_000_000 });
    await path.clock.until(() => consumer.received > 0, 10_000);
    path.killHub(10_000_000);
    await path.clock.advance(119_000);
    expect(provider.closed).toBeUndefined();
    await path.clock.advance(2_000);
    expect(provider.closed?.code).toBe('LEG_LOST');
  });

  test('whose epoch the accepting end has forgotten is EPOCH_LOST, never partial data', async () => {
    const { consumer, path } = setup({ down: 10_000_000 });
    await path.clock.until(() => consumer.received > 300_000, 10_000);
    path.killHub(250_000);
    await path.clock.until(() => consumer.closed !== undefined, 400_000);
    expect(consumer.closed?.code).toBe('EPOCH_LOST');
    expect(consumer.wrongAt).toBeUndefined();
  });

  test('that ended without an attachment tells how, for two minutes', async () => {
    const { consumer, provider, path } = setup({ down: 10_000_000 });
    await path.clock.until(() => consumer.received > 300_000, 10_000);
    path.killHub(1_000);
    provider.channel!.reset('VM_NOT_RUNNING', 'stopped meanwhile');
    await path.clock.until(() => consumer.closed !== undefined, 10_000);
    expect(consumer.closed).toEqual({ code: 'VM_NOT_RUNNING', message: 'stopped meanwhile' });
  });

  test('stays alive and idle for an hour, and knows its round trip', async () => {
    const { consumer, path, opener } = setup({ up: 0, down: 0 });
    await path.clock.advance(3_600_000);
    expect(consumer.closed).toBeUndefined();
    opener.probe();
    await path.clock.advance(100);
    expect(opener.rtt).toBe(20);
    expect(consumer.attachments).toBe(1);
  });
});
