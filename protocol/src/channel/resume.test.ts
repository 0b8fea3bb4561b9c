/**
 * What must be true while a channel resumes: after each single loss, and after losses during an earlier
 * recovery.
 */
import { expect, test } from 'vitest';
import type { Leg } from '../leg/index.ts';
import { done, expectWhole, setup } from '../testing/transfer/index.ts';
import { FrameType } from '../wire/index.ts';

const LIMIT_MS = 300_000;
const KILLS = ['cutConsumer', 'cutProvider', 'killHub', 'moveConsumer', 'moveProvider'] as const;

/**
 * From now on, the leg drops up to `most` frames of this type. Returns a function that counts the dropped
 * frames.
 */
function loses(leg: Leg, lost: number, most = Number.POSITIVE_INFINITY): () => number {
  let count = 0;
  const send = leg.send.bind(leg);
  leg.send = (frame) => {
    if (frame.type === lost && count < most) count++;
    else send(frame);
  };
  return () => count;
}

test('a hop that is killed at any moment of a resume costs no byte, whatever was killed before', async () => {
  for (const first of KILLS) {
    for (const second of KILLS) {
      for (let after = 0; after <= 150; after += 25) {
        const s = setup({ up: 20_000, down: 150_000 });
        s.path.clock.after(70, () => s.path[first](50));
        s.path.clock.after(70 + after, () => s.path[second](50));
        await s.path.clock.until(() => done(s), LIMIT_MS);
        expectWhole(s.consumer, s.provider);
      }
    }
  }
});

test('one direction that has ended stays so while the other one resumes', async () => {
  const s = setup({ up: 0, down: 400_000 });
  s.opener.end('OK', 'after 0');
  for (let at = 60; at < 1_500; at += 60) s.path.clock.after(at, () => s.path[KILLS[(at / 60) % 5]!](20));
  await s.path.clock.until(() => s.provider.ended !== undefined, 1_000);
  expect(s.provider.closed).toBeUndefined();
  await s.path.clock.until(() => done(s), LIMIT_MS);
  expectWhole(s.consumer, s.provider);
});

test('a stream goes on although every window update is lost, since the sender asks for it', async () => {
  const s = setup({ up: 1, down: 600_000 });
  await s.path.clock.until(() => s.consumer.received > 0, 1_000);
  const lost = loses(s.path.consumerLeg!, FrameType.ACK);
  await s.path.clock.until(() => done(s), LIMIT_MS);
  expectWhole(s.consumer, s.provider);
  expect(lost()).toBeGreaterThan(3);
  expect(s.consumer.attachments).toBe(1);
});

test('a lost last ACK is asked for', async () => {
  const s = setup({ up: 1_000, down: 1_000 });
  await s.path.clock.until(() => s.provider.ended !== undefined || s.consumer.ended !== undefined, 1_000);
  const lost = loses(s.path.providerLeg!, FrameType.ACK, 1);
  await s.path.clock.until(() => done(s), LIMIT_MS);
  expectWhole(s.consumer, s.provider);
  expect(lost()).toBe(1);
});

test('an answer to OPEN that was lost is repeated', async () => {
  const s = setup({ up: 0, down: 0 });
  await s.path.clock.until(() => s.path.providerLeg?.up === true, 1_000);
  const lost = loses(s.path.providerLeg!, FrameType.ACCEPT, 3);
  await s.path.clock.until(() => s.opener.attachedNow, 10_000);
  expect([lost(), s.accepted.length, s.provider.attachments]).toEqual([3, 1, 1]);
});

test('a consumer that only reads hears within a round trip that the far socket is gone', async () => {
  const s = setup({ up: 0, down: 0 });
  await s.path.clock.until(() => s.opener.attachedNow, 1_000);
  await s.path.clock.advance(60_000);
  s.path.cutProvider();
  await s.path.clock.advance(6);
  expect(s.opener.attachedNow).toBe(false);
  await s.path.clock.until(() => s.opener.attachedNow, 1_000);
});

test('a tombstone does not tell OK to an opener that missed the end', async () => {
  const s = setup({ up: 0, down: 100_000 });
  s.opener.end('OK', 'after 0');
  await s.path.clock.until(() => s.provider.ended !== undefined && s.provider.sent > 90_000, 1_000);
  s.provider.channel!.end('OK', 'after 100000');
  s.path.killHub(150_000);
  await s.path.clock.until(() => s.consumer.closed !== undefined, LIMIT_MS);
  expect(s.consumer.received).toBeLessThan(100_000);
  expect(s.consumer.closed?.code).toBe('LEG_LOST');
});
