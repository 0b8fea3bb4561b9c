/** The nearest hub is chosen, and is not left for a small gain. */
import { expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { roundTrip } from '../time/index.ts';
import { Nearest, type NearestOptions } from './nearest.ts';

const HOME = 'https://hub.example.org';
const EU = { region: 'eu', url: 'https://eu.example.org' };
const US = { region: 'us', url: 'https://us.example.org' };
const HUBS = { hubs: [EU, US] };
const HOUR = 3_600_000;

function setUp(ms: Record<string, number>, more: Partial<NearestOptions> = {}) {
  const clock = new SimClock();
  const moves: string[] = [];
  const probed: string[] = [];
  const nearest = new Nearest({
    home: HOME,
    clock,
    random: () => 0.5,
    async probe(url) {
      probed.push(url);
      if (ms[url] === undefined) throw new Error('no answer');
      return ms[url];
    },
    trusted: () => true,
    ...more,
  });
  nearest.start(() => moves.push(nearest.url));
  return { clock, nearest, moves, probed, ms };
}

test('measures all hubs that WELCOME lists, and moves to the nearest', async () => {
  const { clock, nearest, moves } = setUp({ [HOME]: 80, [EU.url]: 81, [US.url]: 10 });
  expect(nearest.url).toBe(HOME);
  nearest.up(HOME, HUBS);
  await clock.advance(0);
  expect(moves).toEqual([US.url]);
  expect(nearest.places).toEqual([
    { ...US, ms: 10 },
    { region: null, url: HOME, ms: 80 },
    { ...EU, ms: 81 },
  ]);
});

test.each([
  ['a quarter less, but a few ms only', 20, 11],
  ['more than a few ms, but a small part', 100, 80],
])('%s is no reason to move', async (_, here, there) => {
  const { clock, nearest, moves } = setUp({ [HOME]: here, [EU.url]: there });
  nearest.up(HOME, { hubs: [EU] });
  await clock.advance(HOUR);
  expect(moves).toEqual([]);
});

test('measures again seldom, soon after a lost connection, and not while it is unwatched', async () => {
  let hidden = false;
  const { clock, nearest, probed, moves, ms } = setUp(
    { [HOME]: 10, [EU.url]: 80 },
    { unwatched: () => hidden },
  );
  const looks = () => probed.filter((url) => url === HOME).length;
  nearest.up(HOME, { hubs: [EU] });
  await clock.advance(24 * HOUR);
  const day = looks();
  expect(day).toBeGreaterThan(20);
  expect(day).toBeLessThan(50);
  hidden = true;
  await clock.advance(24 * HOUR);
  expect(looks()).toBe(day);
  hidden = false;
  // The user has travelled.
  Object.assign(ms, { [HOME]: 80, [EU.url]: 10 });
  nearest.lost();
  nearest.up(HOME, { hubs: [EU] });
  await clock.advance(5_000);
  expect(moves).toEqual([EU.url]);
});

test('tries another hub after two failures or a timeout, and home when no hub answers', () => {
  const { nearest } = setUp({});
  nearest.up(US.url, HUBS);
  nearest.failed(US.url, 'LEG_LOST');
  expect(nearest.url).toBe(US.url);
  nearest.failed(US.url, 'LEG_LOST');
  expect(nearest.url).toBe(HOME);
  nearest.failed(HOME, 'TIMEOUT');
  expect(nearest.url).toBe(EU.url);
  nearest.failed(EU.url, 'TIMEOUT');
  expect(nearest.url).toBe(US.url);
});

test('a single hub is always dialled and never measured', async () => {
  const { clock, nearest, probed } = setUp({});
  nearest.up(HOME, {});
  nearest.lost();
  for (let i = 0; i < 5; i++) nearest.failed(HOME, 'TIMEOUT');
  await clock.advance(HOUR);
  expect([nearest.url, probed, clock.pending]).toEqual([HOME, [], 0]);
});

test('an untrusted hub, or a URL that is no origin, is never dialled', async () => {
  const { clock, nearest, probed } = setUp({ [HOME]: 100 }, { trusted: (url) => url === EU.url });
  const lies = [
    { region: 7, url: EU.url },
    { region: 'x', url: 'https://eu.example.org/path' },
    'x',
    null,
    { region: null },
  ];
  nearest.up(HOME, { hubs: [US, ...lies] });
  await clock.advance(HOUR);
  expect([probed, nearest.places.length]).toEqual([[], 1]);
  nearest.up(HOME, { hubs: 'no list' });
  nearest.up(HOME, undefined);
  nearest.up(HOME, HUBS);
  expect(nearest.places.map(({ url }) => url)).toEqual([HOME, EU.url]);
});

test('the hub that was nearest in an earlier run is dialled first', () => {
  const { nearest } = setUp({}, { known: [US, { region: 'eu', url: HOME }] });
  expect(nearest.url).toBe(US.url);
  expect(setUp({}, { known: [US], trusted: () => false }).nearest.url).toBe(HOME);
});

test('a round trip is the shortest of a few, except the first', async () => {
  const took = [90, 30, 20, 25];
  let now = 0;
  const ms = await roundTrip(
    async () => {
      now += took.shift()!;
    },
    () => now,
  );
  expect([ms, took]).toEqual([20, []]);
});
