/** Tests which keys count for the echo time. */
import { SimClock } from '@unicore/protocol/sim';
import { beforeEach, expect, test } from 'vitest';
import { Echo } from './echo.ts';

let clock: SimClock;
let echo: Echo;

beforeEach(() => {
  clock = new SimClock();
  echo = new Echo(clock);
});

test('is the time from a key to the first output after it', async () => {
  echo.pressed();
  await clock.advance(3);
  echo.put();
  await clock.advance(4);
  echo.put();
  expect(echo.ms).toBe(3);
});

test('a key in the middle of output is not measured, nor one without an echo', async () => {
  expect(echo.ms).toBeNull();
  echo.put();
  await clock.advance(10);
  echo.pressed();
  echo.put();
  expect(echo.ms).toBeNull();
  await clock.advance(100);
  echo.pressed();
  await clock.advance(5_000);
  echo.put();
  expect(echo.ms).toBeNull();
});
