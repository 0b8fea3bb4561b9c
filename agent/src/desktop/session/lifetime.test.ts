/** When a desktop ends by its limits, and who is warned before. */
import { SimClock } from '@unicore/protocol/sim';
import { beforeEach, describe, expect, test } from 'vitest';
import { Lifetime } from './lifetime.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let clock: SimClock;
let lifetime: Lifetime;
let events: string[];

beforeEach(() => {
  clock = new SimClock();
  events = [];
  lifetime = new Lifetime({
    clock,
    limits: { lifeMs: HOUR, idleMs: 15 * MINUTE },
    ageMs: 0,
    use: async () => ({ ms: 0, sentBytes: 0 }),
    warn: ({ limit, leftMs }) =>
      events.push(`${minutes()} ${limit} ${leftMs === null ? 'is far' : leftMs / MINUTE}`),
    over: (_, reason) => events.push(`${minutes()} over: ${reason}`),
  });
});

const minutes = () => clock.now() / MINUTE;

/** Uses the desktop once a minute, until this minute. */
async function useUntil(minute: number) {
  while (minutes() < minute) {
    lifetime.used();
    await clock.advance(MINUTE);
  }
}

test('a desktop that is used ends after its life, with warnings 5 minutes and 1 minute before', async () => {
  lifetime.start();
  await useUntil(61);
  expect(events).toEqual(['55 life 5', '59 life 1', '60 over: Its time was over.']);
});

test('bytes that are sent shorten the life that a budget pays for, with the same warnings', async () => {
  let sentBytes = 0;
  lifetime.stop();
  lifetime = new Lifetime({
    clock,
    limits: { lifeMs: HOUR, idleMs: 2 * HOUR, budget: { dollars: 1, perMs: 1 / HOUR, perSentByte: 1e-9 } },
    ageMs: 0,
    use: async () => ({ ms: clock.now(), sentBytes }),
    warn: ({ leftMs }) => events.push(`${minutes()} life ${leftMs === null ? 'is far' : leftMs / MINUTE}`),
    over: (code, reason) => events.push(`${minutes()} ${code}: ${reason}`),
  });
  await useUntil(20);
  sentBytes = 0.5e9;
  await useUntil(31);
  expect(events).toEqual(['25 life 5', '29 life 1', '30 BUDGET_SPENT: Its budget was spent.']);
});

describe('a budget that comes later, such as that of the first user of a desktop that was booted ahead', () => {
  const LIMITS = { lifeMs: 5 * HOUR, idleMs: 5 * HOUR };
  const HOURLY = { dollars: 1, perMs: 1 / HOUR, perSentByte: 1e-9 };
  let sentBytes: number;

  beforeEach(() => {
    sentBytes = 0;
    lifetime.stop();
    lifetime = new Lifetime({
      clock,
      limits: LIMITS,
      ageMs: 0,
      use: async () => ({ ms: clock.now(), sentBytes }),
      warn: () => undefined,
      over: (code, reason) => events.push(`${minutes()} ${code}: ${reason}`),
    });
  });

  test('ends the desktop by its bytes', async () => {
    await useUntil(20);
    lifetime.limit({ ...LIMITS, budget: HOURLY });
    sentBytes = 0.5e9;
    await useUntil(31);
    expect(events).toEqual(['30 BUDGET_SPENT: Its budget was spent.']);
  });

  test('is named as the reason also where only time has spent it', async () => {
    await useUntil(20);
    lifetime.limit({ ...LIMITS, lifeMs: HOUR, budget: HOURLY });
    await useUntil(61);
    expect(events).toEqual(['60 BUDGET_SPENT: Its budget was spent.']);
  });

  test('takes the place of the one before, and none means no end by money', async () => {
    lifetime.limit({ ...LIMITS, budget: HOURLY });
    await useUntil(20);
    lifetime.limit({ ...LIMITS, budget: { ...HOURLY, dollars: 2 } });
    await useUntil(90);
    lifetime.limit(LIMITS);
    await useUntil(150);
    expect(events).toEqual([]);
  });
});

test('an extension moves the end, and the warnings come again', async () => {
  lifetime.start();
  await useUntil(56);
  lifetime.limit({ lifeMs: 2 * HOUR, idleMs: 15 * MINUTE });
  await useUntil(121);
  expect(events).toEqual([
    '55 life 5',
    '56 life is far',
    '115 life 5',
    '119 life 1',
    '120 over: Its time was over.',
  ]);
});

test('a desktop that nobody uses ends, with a warning 2 minutes before', async () => {
  lifetime.start();
  await useUntil(10);
  await clock.advance(20 * MINUTE);
  expect(events).toEqual(['22 idle 2', '24 over: Nobody used it for 15 minutes.']);
});

test('with another idle time, such as that of its first user, the idle time begins again', async () => {
  lifetime.limit({ lifeMs: 5 * HOUR, idleMs: HOUR });
  lifetime.start();
  await clock.advance(50 * MINUTE);
  lifetime.limit({ lifeMs: 5 * HOUR, idleMs: 15 * MINUTE });
  await clock.advance(20 * MINUTE);
  expect(events).toEqual(['63 idle 2', '65 over: Nobody used it for 15 minutes.']);
});

test('the warning comes again after the desktop was used', async () => {
  lifetime.start();
  await clock.advance(14 * MINUTE);
  lifetime.used();
  await clock.advance(16 * MINUTE);
  expect(events).toEqual([
    '13 idle 2',
    '14 idle is far',
    '27 idle 2',
    '29 over: Nobody used it for 15 minutes.',
  ]);
});

test('the warnings that hold can be asked for', async () => {
  lifetime.start();
  await useUntil(56);
  expect(lifetime.warnings).toEqual([{ limit: 'life', leftMs: 4 * MINUTE }]);
  await clock.advance(3 * MINUTE);
  lifetime.limit({ lifeMs: 2 * HOUR, idleMs: 15 * MINUTE });
  expect(lifetime.warnings).toEqual([]);
});

test('idle time counts from the first picture, life from the start, and stop() ends both', async () => {
  await clock.advance(50 * MINUTE);
  lifetime.start();
  await clock.advance(6 * MINUTE);
  lifetime.stop();
  await clock.advance(2 * HOUR);
  expect(events).toEqual(['55 life 5']);
});
