import { describe, expect, test } from 'vitest';
import { parseRedisUrl } from './redis-address.ts';

const plain = { cluster: false, username: undefined, password: undefined, db: 0, tls: undefined };

describe('the URL of a Redis', () => {
  test.each([
    ['redis://host', { ...plain, nodes: [{ host: 'host', port: 6379 }] }],
    ['redis://[::1]:7000/3', { ...plain, nodes: [{ host: '::1', port: 7000 }], db: 3 }],
    ['rediss://host:1', { ...plain, nodes: [{ host: 'host', port: 1 }], tls: {} }],
    ['redis://:p%2Fw@host', { ...plain, nodes: [{ host: 'host', port: 6379 }], password: 'p/w' }],
    [
      'redis://me:pw@host',
      { ...plain, nodes: [{ host: 'host', port: 6379 }], username: 'me', password: 'pw' },
    ],
    [
      'rediss+cluster://me:pw@a:1,b:2',
      {
        ...plain,
        cluster: true,
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
        username: 'me',
        password: 'pw',
        tls: {},
      },
    ],
  ])('%s is parsed', (url, address) => {
    expect(parseRedisUrl(url)).toEqual(address);
  });

  test.each([
    ['host:6379', 'must be redis://'],
    ['http://host', 'must be redis://'],
    ['redis://', 'must be redis://'],
    ['redis://host:0x1', 'must be redis://'],
    ['redis://host:99999', 'must be redis://'],
    ['redis://host/db', 'must be redis://'],
    ['redis://a,b', 'only redis+cluster://'],
    ['redis+cluster://a/1', 'a cluster has only one'],
    ['redis://me:%zz@host', 'percent-encoded'],
  ])('%s is refused with an error that says how to fix it', (url, words) => {
    expect(() => parseRedisUrl(url)).toThrow(words);
  });
});
