import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createAddressOf } from './address.ts';

function requestWith(forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { headers, socket: { remoteAddress: '10.0.0.1' } } as IncomingMessage;
}

test.each([
  [0, '192.0.2.1', '10.0.0.1'],
  [1, '192.0.2.1', '192.0.2.1'],
  [1, '203.0.113.9, 192.0.2.1', '192.0.2.1'],
  [2, '203.0.113.9, 192.0.2.1, 198.51.100.7', '192.0.2.1'],
  [1, '203.0.113.9,2001:db8::1', '2001:db8::1'],
  [2, '192.0.2.1', '10.0.0.1'],
  [1, 'unknown', '10.0.0.1'],
  [1, undefined, '10.0.0.1'],
])('behind %i proxies, X-Forwarded-For %j: the address is %s', (proxies, forwarded, address) => {
  expect(createAddressOf(proxies)(requestWith(forwarded))).toBe(address);
});
