/** Tests of hub addresses, and of the rules which hubs an agent may join. */
import { expect, test } from 'vitest';
import { checkHub, isLoopback, mayBeSentTo, parseHubUrl, tunnelUrl } from './hub-url.ts';

test.each([
  ['http://127.0.0.1:7420', 'http://127.0.0.1:7420', 'ws://127.0.0.1:7420/provider'],
  ['https://hub.example.org/', 'https://hub.example.org', 'wss://hub.example.org/provider'],
  ['wss://hub.example.org', 'https://hub.example.org', 'wss://hub.example.org/provider'],
  [
    'https://u:p@example.org/under/path/?q#h',
    'https://example.org/under/path',
    'wss://example.org/under/path/provider',
  ],
])('%s', (written, stored, socket) => {
  expect(parseHubUrl(written)).toBe(stored);
  expect(tunnelUrl(stored)).toBe(socket);
});

test.each(['hub.example.org', 'ftp://x', 'file:///etc', ''])(
  '%j is no address, and the error shows how to write one',
  (written) => {
    expect(() => parseHubUrl(written)).toThrow(/https:\/\//);
  },
);

test('isLoopback recognises addresses of this machine', () => {
  for (const hub of ['http://localhost:1', 'http://127.0.0.1', 'http://127.1.2.3', 'http://[::1]:80']) {
    expect(isLoopback(hub)).toBe(true);
  }
  for (const hub of [
    'http://10.0.0.1',
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'http://[::2]',
  ]) {
    expect(isLoopback(hub)).toBe(false);
  }
});

test('VMs without isolation need a hub on this machine, unless the owner allows others', () => {
  const policy = { runtime: 'process', insecure: false, allowUnisolatedRemoteHub: false } as const;
  checkHub('http://127.0.0.1:1', policy);
  expect(() => checkHub('https://hub.example.org', policy)).toThrow(/--allow-unisolated-remote-hub/);
  checkHub('https://hub.example.org', { ...policy, allowUnisolatedRemoteHub: true });
  checkHub('https://hub.example.org', { ...policy, runtime: 'docker' });
});

test('desktops need a hub on this machine', () => {
  const policy = {
    runtime: 'docker',
    insecure: false,
    allowUnisolatedRemoteHub: false,
    desktops: true,
  } as const;
  checkHub('http://127.0.0.1:1', policy);
  expect(() => checkHub('https://hub.example.org', policy)).toThrow(/Leave out --desktops/);
});

test('plain http needs a hub on this machine, unless the owner allows others', () => {
  const policy = { runtime: 'docker', insecure: false, allowUnisolatedRemoteHub: false } as const;
  expect(() => checkHub('http://hub.example.org', policy)).toThrow(/--insecure/);
  checkHub('http://hub.example.org', { ...policy, insecure: true });
});

test.each([
  ['https://hub.example.org', undefined, 'https://eu.hub.example.org', true],
  ['https://hub.example.org', undefined, 'https://hub.example.org:8443', true],
  ['https://hub.example.org', undefined, 'https://eu.example.org', false],
  ['https://hub.example.org', undefined, 'https://evilhub.example.org', false],
  ['https://hub.example.org', undefined, 'http://eu.hub.example.org', false],
  ['https://hub-1.a.run.app', undefined, 'https://hub-2.a.run.app', false],
  ['https://hub.example.org', 'example.org', 'https://eu.example.org', true],
  ['https://hub.example.org', 'example.org', 'https://example.org.evil.net', false],
  ['https://hub.example.org', undefined, 'https://127.0.0.1', false],
  ['http://127.0.0.1:1', undefined, 'http://127.0.0.1:2', true],
  ['http://127.0.0.1:1', undefined, 'http://hub.example.org', false],
])('%s (regions under %s) may send its agents to %s: %s', (hub, regionsUnder, url, may) => {
  expect(mayBeSentTo(hub, regionsUnder, url)).toBe(may);
});
