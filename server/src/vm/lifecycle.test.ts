import { describe, expect, test } from 'vitest';
import { PHASES } from '../store/index.ts';
import { EVENTS, eventOf, LIFECYCLE, type LifeEvent } from './lifecycle.ts';

/** Follows events from a phase; what means nothing changes nothing. */
function follow(from: (typeof PHASES)[number], events: LifeEvent[]) {
  return events.reduce((phase, event) => LIFECYCLE[phase][event] ?? phase, from);
}

describe('the life cycle', () => {
  test('says for every phase where every event leads, and only to phases that there are', () => {
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

  test('people may say the same twice: it leads nowhere else', () => {
    for (const phase of PHASES) {
      for (const event of ['start', 'stop', 'delete'] as const) {
        const next = LIFECYCLE[phase][event];
        if (next === null) continue;
        const again = LIFECYCLE[next][event];
        expect(again === next || again === null, `${phase}, ${event} twice`).toBe(true);
      }
    }
  });

  test('delete is taken in every phase but the last', () => {
    for (const phase of PHASES) {
      expect(LIFECYCLE[phase].delete).toBe(phase === 'deleted' ? null : 'deleting');
    }
  });

  test('nothing brings a deleted VM back, and what is being deleted only ends', () => {
    expect(Object.values(LIFECYCLE.deleted).every((next) => next === null)).toBe(true);
    const ends = new Set(Object.values(LIFECYCLE.deleting).filter((next) => next !== null));
    expect([...ends].sort()).toEqual(['deleted', 'deleting']);
  });

  test('a whole life', () => {
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

  test('what an agent says of the time before a start or stop changes nothing', () => {
    expect(follow('stopping', ['running', 'starting'])).toBe('stopping');
    expect(follow('assigned', ['exited', 'gone'])).toBe('assigned');
    expect(follow('queued', ['exited', 'failed', 'running'])).toBe('queued');
  });

  test('a VM that ended by itself goes on when its agent has started it again', () => {
    expect(follow('running', ['exited'])).toBe('assigned');
    expect(follow('running', ['exited', 'starting', 'running'])).toBe('running');
  });

  test('a report counts by what is wanted: what runs against the order is no news', () => {
    expect(eventOf('stopped', 'running')).toBeUndefined();
    expect(eventOf('running', 'running')).toBe('running');
    expect(eventOf('running', 'stopped')).toBe('exited');
    expect(eventOf('stopped', 'stopped')).toBe('stopped');
    expect(eventOf('deleted', 'deleted')).toBe('gone');
    expect(eventOf('deleted', 'failed')).toBe('failed');
  });
});
