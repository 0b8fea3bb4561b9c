import { expect, test } from 'vitest';
import { felt } from './echoes.ts';

const echo = (typed: number, tookMs: number) => ({ typist: 0, typed, tookMs });

test('a period covers keys typed in it, and keys that wait for their echo when it begins', () => {
  const echoes = [echo(0, 50), echo(0, 150), echo(120, 10), echo(200, 500), echo(201, 1_000)];
  expect(felt(echoes, 100, 200)).toEqual({ keys: 3, p50: 150, p99: 500, max: 500 });
});
