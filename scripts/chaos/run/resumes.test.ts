import { expect, test } from 'vitest';
import type { Gap } from './messages.ts';
import { type Committed, Resumes } from './resumes.ts';

const killed = (from: number, to: number): Committed => ({
  name: 'hub killed',
  channels: new Set([1]),
  from,
  to,
});
const gap = (from: number, to: number): Gap => {
  return { type: 'gap', channel: 1, way: 'down', from, to, detached: true };
};

test('a resume counts from the moment when the last of the hops that were lost was back', () => {
  const resumes = new Resumes();
  resumes.begin(killed(100, 500));
  resumes.begin({ ...killed(200, 900), name: 'provider line cut' });
  resumes.gap(gap(90, 1_000));
  expect(resumes.total()).toMatchObject({ faults: 2, resumes: 1, max: 100 });
  expect(resumes.rows().find(({ name }) => name === 'hub killed')).toMatchObject({ faults: 1, resumes: 0 });
});

test('a silence that no fault explains is listed separately', () => {
  const resumes = new Resumes();
  resumes.begin(killed(100, 500));
  resumes.gap(gap(600, 1_000));
  resumes.gap({ ...gap(90, 1_000), channel: 2 });
  expect(resumes.total().resumes).toBe(0);
  expect(resumes.rows().find(({ name }) => name === 'no fault')).toMatchObject({ resumes: 2, max: 910 });
});

test('a silence that ends while its line is still slow is listed separately: the hop is not back', () => {
  const resumes = new Resumes();
  resumes.begin(killed(100, 110));
  resumes.begin({ ...killed(100, 2_000), name: 'consumer line slow' });
  resumes.gap(gap(90, 1_500));
  expect(resumes.total().resumes).toBe(0);
  const early = resumes.rows().find(({ name }) => name === 'before it was undone');
  expect(early).toMatchObject({ resumes: 1, max: 1_410 });
});
