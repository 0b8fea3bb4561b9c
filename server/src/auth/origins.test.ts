import { describe, expect, test } from 'vitest';
import { createOrigins } from './origins.ts';

describe('origins', () => {
  const origins = createOrigins('https://unicore.test', 7420, ['http://page.test:8080']);

  test.each([
    'https://unicore.test',
    'http://localhost:7420',
    'http://127.0.0.1:7420',
    'http://page.test:8080',
  ])('%s may call', (origin) => {
    expect(origins.allowed(origin, 'unicore.test')).toBe(true);
    origins.check({ origin }, true);
  });

  test.each([
    'http://unicore.test',
    'https://unicore.test:444',
    'https://unicore.test.evil.test',
    'https://evil.test',
    'http://localhost:7421',
    'null',
    '',
  ])('%j may not call, and the error says how to allow it', (origin) => {
    expect(origins.allowed(origin, 'unicore.test')).toBe(false);
    expect(() => origins.check({ origin }, false)).toThrow('--origins');
  });

  test('a cookie without an Origin header may read, but not change anything', () => {
    origins.check({}, false);
    expect(() => origins.check({}, true)).toThrow('bearer token');
  });

  test('a hub on loopback accepts its own page through other ports of the machine', () => {
    const local = createOrigins('http://127.0.0.1:7420', 7420, []);
    expect(local.allowed('http://localhost:8080', 'localhost:8080')).toBe(true);
    expect(local.allowed('http://localhost:8080', '127.0.0.1:7420')).toBe(false);
    expect(local.allowed('http://evil.test:7420', 'evil.test:7420')).toBe(false);
    expect(local.allowed('null', undefined)).toBe(false);
    expect(origins.allowed('http://localhost:8080', 'localhost:8080')).toBe(false);
  });
});
