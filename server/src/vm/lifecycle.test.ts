import { describe, expect, test } from 'vitest';
import { PHASES } from '../store/index.ts';
import { EVENTS, eventOf, LIFECYCLE, type LifeEvent } from './lifecycle.ts';

/** The phase after these events; an impossible event changes nothing. */
function follow(from: (typeof PHASES)[number], events: LifeEvent[]) {
  return events.reduce((phase, event) => LIFECYCLE[phase][event] ?? phase, from);
}

describe('the life cycle', () => {
  test('maps every event in every phase to an existing phase or to null', () => {
    expect(Object.keys(LIFECYCLE).sort()).toEqual([...PHASES].sort());
    for (const row of Object.values(LIFECYCLE)) {
      expect(Object.keys(row).sort()).toEqual([...EVENTS].sort());
      for (const next of Object.values(row)) expect(next === null || PHASES.includes(next)).toBe(true);
    }
  });

  test('every phase can be reached from the first', () => {
    const reached = new Set(['queued']);
    for (let size = 0; size !== reached.size; ) {
      size = reached.size;
      for (const phase of PHASES.filter((each) => reached.has(each))) {
        for (const next of Object.values(LIFECYCLE[phase])) if (next) reached.add(next);
      }
    }
    expect([...reached].sort()).toEqual([...PHASES].sort());
  });

  test("a user's action has no further effect when it is repeated", () => {
    for (const phase of PHASES) {
      for (const event of ['start', 'stop', 'delete'] as const) {
        const next = LIFECYCLE[phase][event];
        if (next === null) continue;
        const again = LIFECYCLE[next][event];
        expect(again === next || again === null, `${phase}, ${event} twice`).toBe(true);
      }
    }
  });

  test('delete is possible in every phase but the last', () => {
    for (const phase of PHASES) {
      expect(LIFECYCLE[phase].delete).toBe(phase === 'deleted' ? null : 'deleting');
    }
  });

  test('a deleted VM never comes back, and a VM that is being deleted can only end', () => {
    expect(Object.values(LIFECYCLE.deleted).every((next) => next === null)).toBe(true);
    const ends = new Set(Object.values(LIFECYCLE.deleting).filter((next) => next !== null));
    expect([...ends].sort()).toEqual(['deleted', 'deleting']);
  });

  test('a VM goes through its whole life', () => {
    const life: LifeEvent[] = [
      'assign',
      'starting',
      'running',
      'stop',
      'stopped',
      'start',
      'assign',
      'running',
      'delete',
      'gone',
    ];
    expect(follow('queued', life)).toBe('deleted');
  });

  test('a report about the time before a start or stop changes nothing', () => {
    expect(follow('stopping', ['running', 'starting'])).toBe('stopping');
    expect(follow('assigned', ['exited', 'gone'])).toBe('assigned');
    expect(follow('queued', ['exited', 'failed', 'running'])).toBe('queued');
  });

  test('a VM that exited by itself is running again once its agent restarted it', () => {
    expect(follow('running', ['exited'])).toBe('assigned');
    expect(follow('running', ['exited', 'starting', 'running'])).toBe('running');
  });

  test('a report that contradicts the desired state is ignored', () => {
    expect(eventOf('stopped', 'running')).toBeUndefined();
    expect(eventOf('running', 'running')).toBe('running');
    expect(eventOf('running', 'stopped')).toBe('exited');
    expect(eventOf('stopped', 'stopped')).toBe('stopped');
    expect(eventOf('deleted', 'deleted')).toBe('gone');
    expect(eventOf('deleted', 'failed')).toBe('failed');
  });
});
