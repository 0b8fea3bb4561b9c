import { expect, test } from 'vitest';
import { takeDialOrder } from './order.ts';

const ORDER = {
  sessionId: 'ds-1',
  attempt: 2,
  desired: 'running',
  image: 'unicore/desktop',
  scale: 1,
  lifeMs: 1,
  idleMs: 2,
  bootMs: 3,
};

function environment(change: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    UNICORE_HUB: 'https://hub.example.org/',
    UNICORE_BOOT_TOKEN: 'secret',
    UNICORE_ORDER: JSON.stringify(ORDER),
    ...change,
  };
}

test('the boot token is taken out of the environment', () => {
  const env = environment();
  expect(takeDialOrder(env)).toEqual({ hub: 'https://hub.example.org', bootToken: 'secret', order: ORDER });
  expect(Object.keys(env)).toEqual(['UNICORE_HUB', 'UNICORE_ORDER']);
});

test.each([
  [{ UNICORE_HUB: undefined }, 'Set UNICORE_HUB'],
  [{ UNICORE_ORDER: 'x' }, 'it is not JSON'],
  [{ UNICORE_ORDER: '{"sessionId":"../x"}' }, 'sessionId'],
  [{ UNICORE_HUB: 'nowhere' }, 'no address of a hub'],
])(
  'a wrong environment is refused with the name of what is wrong, and has no token either',
  (change, message) => {
    const env = environment(change);
    expect(() => takeDialOrder(env)).toThrow(message);
    expect(env.UNICORE_BOOT_TOKEN).toBeUndefined();
  },
);
