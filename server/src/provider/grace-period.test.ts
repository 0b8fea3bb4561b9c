import { beforeEach, describe, expect, test } from 'vitest';
import type { TestDomain } from '../testing/domain.ts';
import { type TwoDomains, twoDomains } from '../testing/two-domains.ts';

describe('missing evidence makes nobody suspect', () => {
  let world: TwoDomains['world'];
  let a: TestDomain;
  let b: TestDomain;
  let told: TwoDomains['told'];
  let states: TwoDomains['states'];
  let forget: TwoDomains['forget'];

  beforeEach(async () => {
    ({ world, a, b, told, states, forget } = await twoDomains());
    await a.connect('p-1');
    await b.connect('p-2');
    forget();
  });

  /** So long, with both providers talking to their hubs; looks every 500 ms at who is suspect. */
  async function talk(ms: number): Promise<string[]> {
    const suspects: string[] = [];
    for (let passed = 0; passed < ms; passed += 500) {
      a.presence.heard('p-1');
      b.presence.heard('p-2');
      await world.clock.advance(500);
      for (const id of ['p-1', 'p-2'])
        for (const [i, state] of (await states(id)).entries())
          if (state !== 'online') suspects.push(`${id} at ${i}`);
    }
    return suspects;
  }

  test('all goes well', async () => {
    expect(await talk(40_000)).toEqual([]);
    expect(told).toEqual([[], []]);
  });

  test('the backplane cannot be reached for a minute', async () => {
    world.board.down = true;
    expect(await talk(60_000)).toEqual([]);
    world.board.down = false;
    world.board.interrupted();
    expect(await talk(40_000)).toEqual([]);
  });

  test('it comes back to one hub 10 s later than to the other', async () => {
    world.board.down = true;
    await talk(20_000);
    b.line.down = false;
    b.line.interrupted();
    expect(await talk(10_000)).toEqual([]);
    a.line.down = false;
    a.line.interrupted();
    expect(await talk(40_000)).toEqual([]);
  });

  test('nobody is told that it could not be reached', async () => {
    world.board.down = true;
    await talk(20_000);
    world.board.down = false;
    expect(await talk(40_000)).toEqual([]);
  });

  test('it was emptied', async () => {
    await world.board.flush();
    expect(await talk(3_000)).toEqual([]);
    world.board.interrupted();
    expect(await talk(40_000)).toEqual([]);
  });

  test('it was emptied, and nobody is told', async () => {
    await world.board.flush();
    expect(await talk(40_000)).toEqual([]);
  });

  test('a replica that lacks the last writes took over, and one hub finds out before the other', async () => {
    await talk(20_000);
    const { look, heard } = b.line.plane.presence;
    const { about } = (await look(['p-1'])).get('p-1')!;
    await heard('p-1', about, 20_000);
    b.line.interrupted();
    expect(await states()).toContain('online');
    expect((await b.presence.lookAt('p-1')).suspect).toBe(false);
    await talk(6_000);
    expect(await talk(40_000)).toEqual([]);
  });

  test('after it was emptied all hubs say again at once what they know', async () => {
    await world.board.flush();
    expect(await b.presence.hello('p-1')).toBeUndefined();
    world.board.interrupted();
    await world.clock.advance(0);
    expect(await b.presence.hello('p-1')).toBeDefined();
  });

  test('all hubs were away and one is started', async () => {
    a.kill();
    b.kill();
    await world.clock.advance(30_000);
    const c = await world.join();
    expect(await states('p-1', [c])).toEqual(['online']);
    await world.clock.advance(9_000);
    expect(await states('p-1', [c])).toEqual(['online']);
  });

  test('and who did not come back by then is suspect, and told so', async () => {
    a.presence.disconnected('p-1');
    await world.clock.advance(0);
    await world.board.flush();
    world.board.interrupted();
    b.presence.heard('p-2');
    await world.clock.advance(9_000);
    b.presence.heard('p-2');
    await world.clock.advance(5_000);
    expect(await states()).toEqual(['online', 'online']);
    forget();
    b.presence.heard('p-2');
    await world.clock.advance(2_000);
    expect(await states()).toEqual(['suspect', 'suspect']);
    expect(told).toEqual([['p-1'], ['p-1']]);
  });
});
