/** What only the opening end does: it alone attaches, and it cleans up after itself. */
import { expect, test } from 'vitest';
import type { ErrorCode } from './errors.ts';
import { Opener } from './opener.ts';
import { Path } from './sim/path.ts';

test('a channel that is aborted while it is being opened leaves nothing at the other end', async () => {
  const ends: ErrorCode[] = [];
  const path = new Path({
    delayMs: 5,
    reconnectMs: 100,
    accept: (request) => {
      request.accept({ data: () => {}, closed: (code) => ends.push(code) }, {});
    },
    onConsumerUp: () => {},
  });
  await path.clock.until(() => path.consumerLeg !== undefined && path.providerLeg?.up === true, 1_000);
  const opener = new Opener({
    clock: path.clock,
    kind: 'terminal',
    meta: () => ({}),
    random: (bytes) => new Uint8Array(bytes),
    leg: () => path.consumerLeg,
    resume: true,
    handler: { data: () => {}, closed: () => {} },
  });
  opener.attach();
  opener.reset('OK', '');
  await path.clock.advance(100);
  expect(ends).toEqual(['OK']);
});
