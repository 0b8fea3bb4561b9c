/** Which addresses a desktop may reach. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reachOf } from './addresses.ts';

const reach = reachOf([]);

test.for(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '2a00:1450:4001::200e'])(
  '%s is public',
  (address) => {
    expect(reach(address)).toBe(true);
  },
);

test.for([
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '169.254.169.254', '10.0.0.1', '172.31.0.1', '192.168.1.1'],
  ...['100.64.0.1', '168.63.129.16', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
  ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fd20:ce::254', 'ff02::1', '64:ff9b::7f00:1'],
  ...['::ffff:127.0.0.1', '::ffff:8.8.8.8', '2002:7f00:1::', '2001:0:7f00:1::', '2001:db8::1'],
])('%s is not public', (address) => {
  expect(reach(address)).toBe(false);
});

test('what is no address in its usual form is not reached', () => {
  for (const text of ['', 'localhost', '127.1', '0x7f.0.0.1', '[::1]', '8.8.8.8:80'])
    expect(reach(text)).toBe(false);
  fc.assert(fc.property(fc.string(), (text) => typeof reach(text) === 'boolean'));
});

test('ranges of the configuration are reached, and nothing beside them', () => {
  const named = reachOf(['10.1.0.0/16', '172.17.0.1', 'fd12::/16']);
  expect(['10.1.2.3', '172.17.0.1', 'fd12::9'].map(named)).toEqual([true, true, true]);
  expect(['10.2.0.1', '172.17.0.2', 'fd13::9', '169.254.169.254'].map(named)).toEqual(Array(4).fill(false));
});

test.for(['', 'localhost', '10.0.0.0/33', '10.0.0.0/x', 'fd00::/129', '10.0.0.0/-1'])(
  '"%s" is refused',
  (range) => {
    expect(() => reachOf([range])).toThrow('is no range of addresses');
  },
);
