import { expect, test } from 'vitest';
import { maskFor } from './mask.ts';

test.each(['wss://hub.example/provider', 'ws://127.0.0.1:7420/provider', 'ws://[::1]:7420/provider'])(
  'nobody can read what goes to %s, so it has a mask of zeros',
  (url) => {
    const mask = Buffer.from([1, 2, 3, 4]);
    maskFor(url).generateMask!(mask);
    expect([...mask]).toEqual([0, 0, 0, 0]);
  },
);

test('what goes through a network in the clear is masked at random, as the standard wants it', () => {
  expect(maskFor('ws://hub.example/provider')).toEqual({});
});
