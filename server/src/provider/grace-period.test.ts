import { beforeEach, describe, expect, test } from 'vitest';
import type { TestDomain } from '../testing/domain.ts';
import { type TwoDomains, twoDomains } from '../testing/two-domains.ts';

describe('no provider is suspect for lack of evidence', () => {
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

  /**
   * Sends heartbeats of both providers for `ms` milliseconds. Returns the providers that were suspect at any
   * check. The checks run every 500 ms.
   */
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

  test('while all goes well', async () => {
    expect(await talk(40_000)).toEqual([]);
    expect(told).toEqual([[], []]);
  });

  test('while the backplane is unreachable for a minute', async () => {
    world.board.down = true;
    expect(await talk(60_000)).toEqual([]);
    world.board.down = false;
    world.board.interrupted();
    expect(await talk(40_000)).toEqual([]);
  });

  test('when the backplane comes back to one hub 10 s later than to the other', async () => {
    world.board.down = true;
    await talk(20_000);
    b.line.down = false;
    b.line.interrupted();
    expect(await talk(10_000)).toEqual([]);
    a.line.down = false;
    a.line.interrupted();
    expect(await talk(40_000)).toEqual([]);
  });

  test('when no hub is told that the backplane was unreachable', async () => {
    world.board.down = true;
    await talk(20_000);
    world.board.down = false;
    expect(await talk(40_000)).toEqual([]);
  });

  test('when the backplane was emptied', async () => {
    await world.board.flush();
    expect(await talk(3_000)).toEqual([]);
    world.board.interrupted();
    expect(await talk(40_000)).toEqual([]);
  });

  test('when the backplane was emptied and no hub is told', async () => {
    await world.board.flush();
    expect(await talk(40_000)).toEqual([]);
  });

  test('when a replica without the last writes took over, and one hub finds out before the other', async () => {
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

  test('after the backplane was emptied all hubs announce their providers again at once', async () => {
    await world.board.flush();
    expect(await b.presence.hello('p-1')).toBeUndefined();
    world.board.interrupted();
    await world.clock.advance(0);
    expect(await b.presence.hello('p-1')).toBeDefined();
  });

  test('when all hubs were down and one starts', async () => {
    a.kill();
    b.kill();
    await world.clock.advance(30_000);
    const c = await world.join();
    expect(await states('p-1', [c])).toEqual(['online']);
    await world.clock.advance(9_000);
    expect(await states('p-1', [c])).toEqual(['online']);
  });

  test('a provider that is not back after the grace period is suspect, and that is published', async () => {
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
