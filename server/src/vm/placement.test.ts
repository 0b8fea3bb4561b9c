import type { VmSize } from '@unicore/protocol/control';
import { describe, expect, test } from 'vitest';
import { type Candidate, place } from './placement.ts';

const GIB = 2 ** 30;

function candidate(providerId: string, change: Partial<Candidate> = {}): Candidate {
  const room = { region: null, cores: 2, memoryTotal: 4 * GIB, load: [] };
  return { providerId, name: providerId, runtime: 'docker', isolation: 'container', ...room, ...change };
}

function chosen(
  size: VmSize,
  candidates: Candidate[],
  pinned?: string,
  region: string | null = null,
): string {
  const wish = {
    size,
    region,
    pinned: pinned === undefined ? undefined : { providerId: pinned, name: pinned },
  };
  const placement = place(wish, candidates, candidates.length || 1);
  return 'reason' in placement ? placement.reason : placement.candidate.providerId;
}

describe('place', () => {
  test('names the first reason why a VM cannot be placed', () => {
    expect(place({ size: 'small', region: null, pinned: undefined }, [], 0)).toEqual({
      reason: 'No provider has joined this hub yet. It starts as soon as one has.',
    });
    expect(chosen('small', [])).toContain('No provider is online');
    expect(chosen('large', [candidate('p-1', { memoryTotal: GIB })])).toContain(
      'No provider has room for a large VM (4 cores, 4 GiB)',
    );
  });

  test('a VM that asks for a region goes there only, and its reason names the region', () => {
    const [eu, us] = [
      candidate('p-eu', { region: 'eu', load: ['small'] }),
      candidate('p-us', { region: 'us' }),
    ];
    expect(chosen('small', [eu, us], undefined, 'eu')).toBe('p-eu');
    expect(chosen('small', [us], undefined, 'eu')).toContain('No provider in region eu is online');
    expect(
      chosen('large', [candidate('p-eu', { region: 'eu', memoryTotal: GIB }), us], undefined, 'eu'),
    ).toContain('No provider in region eu has room');
    // A pinned VM ignores the region: its files cannot move.
    expect(chosen('small', [us], 'p-us', 'eu')).toBe('p-us');
  });

  test('takes the provider with the largest share free', () => {
    const busy = candidate('p-busy', { cores: 8, memoryTotal: 16 * GIB, load: ['large', 'large', 'large'] });
    expect(chosen('small', [busy, candidate('p-idle')])).toBe('p-idle');
  });

  test('overcommits memory by two and no more', () => {
    // With an overcommit factor of two, a memory of 4 GiB holds two large VMs.
    expect(chosen('large', [candidate('p-1', { cores: 8, load: ['large'] })])).toBe('p-1');
    expect(chosen('small', [candidate('p-1', { cores: 8, load: ['large', 'large'] })])).toContain('room');
  });

  test('overcommits cores by eight and no more, each VM capped at the machine', () => {
    const one = (vms: number) =>
      candidate('p-1', { cores: 1, memoryTotal: 64 * GIB, load: Array(vms).fill('medium') });
    expect(chosen('medium', [one(7)])).toBe('p-1');
    expect(chosen('medium', [one(8)])).toContain('room');
  });

  test('the process runtime reserves no memory', () => {
    expect(chosen('large', [candidate('p-1', { runtime: 'process', memoryTotal: 1 })])).toBe('p-1');
  });

  test('a VM with files on a provider waits for that provider', () => {
    const roomy = candidate('p-roomy');
    expect(chosen('small', [roomy, candidate('p-home', { load: ['large'] })], 'p-home')).toBe('p-home');
    expect(chosen('small', [roomy], 'p-home')).toContain('Its files are on provider p-home');
    expect(chosen('large', [roomy, candidate('p-home', { load: ['large', 'large'] })], 'p-home')).toContain(
      'Provider p-home has no room',
    );
  });
});
