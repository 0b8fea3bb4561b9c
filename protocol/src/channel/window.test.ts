/** Windows grow if they limit the throughput, and all windows together stay within their pool. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_WINDOWS, WINDOWS } from '../wire/index.ts';
import { Window, WindowPool } from './window.ts';

const KIB = 1024;

/**
 * Returns the window in bytes after `trips` round trips. In each round trip, the stream moves `perTrip`
 * bytes, or a whole window if that is less.
 */
function grown(trips: number, perTrip: number, rtt: number | undefined): number {
  const window = new Window(WINDOWS.tcp, MOST_WINDOWS.tcp);
  let consumed = 0;
  for (let trip = 1; trip <= trips; trip++) {
    consumed += Math.min(perTrip, window.size);
    window.used(consumed, trip * 80, rtt);
  }
  return window.size;
}

test('a window that slows a stream down grows to its maximum', () => {
  expect(grown(20, Number.POSITIVE_INFINITY, 80)).toBe(4 * KIB * KIB);
});

test('a window does not grow if path or reader are slower, or while the round trip is unknown', () => {
  expect(grown(100, WINDOWS.tcp / 4, 80)).toBe(WINDOWS.tcp);
  expect(grown(100, Number.POSITIVE_INFINITY, undefined)).toBe(WINDOWS.tcp);
});

test('the window of any other kind keeps its size', () => {
  const window = new Window(WINDOWS.control, MOST_WINDOWS.control);
  for (let trip = 1; trip < 20; trip++) window.used(trip * window.size, trip, 1);
  expect(window.size).toBe(WINDOWS.control);
});

test('an unknown round trip is to be measured once half of a window that may grow is used', () => {
  const window = new Window(WINDOWS.terminal, MOST_WINDOWS.terminal);
  expect(window.used(WINDOWS.terminal / 2 - 1, 1, undefined)).toBe(false);
  expect(window.used(WINDOWS.terminal / 2, 1, undefined)).toBe(true);
  expect(window.used(WINDOWS.terminal / 2, 1, 10)).toBe(false);
});

test('windows that grow leave half of their pool to channels that are still to be opened', () => {
  const pool = new WindowPool(4 * KIB * KIB);
  const floods = Array.from({ length: 8 }, () => new Window(WINDOWS.tcp, MOST_WINDOWS.tcp, pool));
  for (let trip = 1; trip < 1000; trip++) {
    for (const flood of floods) flood.used(trip * 4 * KIB * KIB, trip, 1);
  }
  const sum = floods.reduce((total, { size }) => total + size, 0);
  expect(sum).toBeGreaterThan(1.9 * KIB * KIB);
  expect(sum).toBeLessThanOrEqual(2 * KIB * KIB);
  expect(new Window(WINDOWS.terminal, MOST_WINDOWS.terminal, pool).size).toBe(WINDOWS.terminal);
});

test('the windows of one pool never sum to more than it, and 64 channels all get one', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 64, maxLength: 300 }), (opens) => {
      const pool = new WindowPool(4 * KIB * KIB);
      const open: Window[] = [];
      for (const opening of opens) {
        if (opening && open.length < 64) open.push(new Window(WINDOWS.terminal, WINDOWS.terminal, pool));
        else open.shift()?.release();
        const sum = open.reduce((total, { size }) => total + size, 0);
        expect(sum).toBeLessThanOrEqual(4 * KIB * KIB);
        for (const { size } of open) expect(size).toBeGreaterThan(4 * KIB);
      }
    }),
  );
});
