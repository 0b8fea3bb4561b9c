/** Two sides agree on the newest version that both understand, or report that there is no such version. */
import { expect, test } from 'vitest';
import { SimClock, Wire } from '../sim/index.ts';
import { closeCode } from '../wire/index.ts';
import type { Versions } from './handshake.ts';
import { Leg } from './leg.ts';

const speaks = (minVersion: number, version: number): Versions => ({ minVersion, version });

/** Lets one side dial the other. Returns the version that each side uses, or how each side closed. */
async function meet(dialling: Versions, accepting: Versions) {
  const clock = new SimClock();
  const wire = new Wire(clock, 5);
  const closed: string[] = [];
  const dialler = new Leg({
    transport: wire.a,
    clock,
    peer: 'hub',
    dial: { meta: {} },
    versions: dialling,
    handler: { closed: (code, message) => closed.push(`dialler ${code}: ${message}`) },
  });
  const acceptor: Leg = new Leg({
    transport: wire.b,
    clock,
    peer: 'consumer',
    versions: accepting,
    handler: { hello: () => acceptor.welcome({}), closed: (code) => closed.push(`acceptor ${code}`) },
  });
  wire.connect(dialler, acceptor);
  await clock.advance(100);
  return { dialler, acceptor, closed };
}

test.each([
  ['the same', speaks(1, 1), speaks(1, 1), 1],
  ['a newer consumer', speaks(1, 3), speaks(1, 2), 2],
  ['an older consumer', speaks(1, 1), speaks(1, 4), 1],
  ['a consumer that begins where the hub ends', speaks(2, 5), speaks(1, 2), 2],
  ['a consumer that ends where the hub begins', speaks(1, 2), speaks(2, 5), 2],
])('%s', async (_who, dialling, accepting, inForce) => {
  const { dialler, acceptor, closed } = await meet(dialling, accepting);
  expect([dialler.version, acceptor.version, closed]).toEqual([inForce, inForce, []]);
  expect([dialler.up, acceptor.up]).toEqual([true, true]);
});

test.each([
  [
    'too new',
    speaks(4, 5),
    speaks(1, 3),
    'This side speaks versions 1 to 3, the other one 4 to 5. Upgrade this side.',
  ],
  [
    'too old',
    speaks(1, 1),
    speaks(2, 3),
    'This side speaks versions 2 to 3, the other one 1. Upgrade the side that dialled.',
  ],
])(
  'a consumer that is %s is told so, and which side to upgrade',
  async (_what, dialling, accepting, sentence) => {
    const { dialler, closed } = await meet(dialling, accepting);
    expect(dialler.open).toBe(false);
    expect(closed).toEqual(['acceptor VERSION_UNSUPPORTED', `dialler VERSION_UNSUPPORTED: ${sentence}`]);
    expect(new TextEncoder().encode(sentence).length).toBeLessThanOrEqual(123);
    expect(closeCode('VERSION_UNSUPPORTED')).toBe(4014);
  },
);
