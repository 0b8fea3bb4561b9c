/** The messages of SOCKS 5, whole, in pieces and damaged. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGreeting, parseRequest, SocksError } from './socks.ts';

const name = (host: string, port: number) =>
  Buffer.from([5, 1, 0, 3, host.length, ...Buffer.from(host), port >> 8, port & 255]);

test('a request names a host, an IPv4 or an IPv6 address', () => {
  expect(parseRequest(name('example.org', 443))).toEqual({
    value: { host: 'example.org', port: 443 },
    length: 18,
  });
  expect(parseRequest(name('[::1]', 80))?.value.host).toBe('::1');
  expect(parseRequest(Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, 0, 80]))?.value).toEqual({
    host: '127.0.0.1',
    port: 80,
  });
  const six = Buffer.from([5, 1, 0, 4, ...Array(15).fill(0), 1, 0, 80]);
  expect(parseRequest(six)?.value.host).toBe('0:0:0:0:0:0:0:1');
});

test('every part of a message is incomplete, and bytes behind a message do not belong to it', () => {
  fc.assert(
    fc.property(fc.domain(), fc.nat(65_535), fc.uint8Array(), (host, port, more) => {
      const whole = name(host, port);
      for (let i = 0; i < whole.length; i++) expect(parseRequest(whole.subarray(0, i))).toBeUndefined();
      const parsed = parseRequest(Buffer.concat([whole, more]));
      expect(parsed).toEqual({ value: { host, port }, length: whole.length });
    }),
  );
  expect(parseGreeting(Buffer.from([5]))).toBeUndefined();
  expect(parseGreeting(Buffer.from([5, 2, 0]))).toBeUndefined();
  expect(parseGreeting(Buffer.from([5, 2, 1, 0, 9]))?.length).toBe(4);
});

test('other versions, other commands and unknown addresses are refused', () => {
  expect(() => parseGreeting(Buffer.from('GET / HTTP/1.1'))).toThrow(SocksError);
  expect(() => parseGreeting(Buffer.from([5, 1, 2]))).toThrow(SocksError);
  for (const command of [2, 3])
    expect(() => parseRequest(Buffer.from([5, command, 0, 1, 0]))).toThrow(SocksError);
  expect(() => parseRequest(Buffer.from([5, 1, 0, 9, 0]))).toThrow(SocksError);
  expect(() => parseRequest(name('', 80))).toThrow(SocksError);
});

test('arbitrary bytes lead to a message, to a wait for more, or to a refusal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const parse of [parseGreeting, parseRequest]) {
        try {
          const parsed = parse(Buffer.from(bytes));
          if (parsed) expect(parsed.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(SocksError);
        }
      }
    }),
  );
});
