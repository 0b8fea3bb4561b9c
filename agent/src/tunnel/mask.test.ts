/** Tests when WebSocket frames get a random mask. */
import { expect, test } from 'vitest';
import { maskFor } from './mask.ts';

test.each(['wss://hub.example/provider', 'ws://127.0.0.1:7420/provider', 'ws://[::1]:7420/provider'])(
  'no proxy can read frames to %s, so the mask is zeros',
  (url) => {
    const mask = Buffer.from([1, 2, 3, 4]);
    maskFor(url).generateMask!(mask);
    expect([...mask]).toEqual([0, 0, 0, 0]);
  },
);

test('frames over an unencrypted network are masked at random, as the standard requires', () => {
  expect(maskFor('ws://hub.example/provider')).toEqual({});
});
