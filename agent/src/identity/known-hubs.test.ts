/** Tests of hubs.json: which hubs a restarted agent knows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KnownHubs } from './known-hubs.ts';

const HUB = 'https://eu.hub.test';
const PLACES = [
  { region: 'us', url: 'https://us.hub.test' },
  { region: 'eu', url: HUB },
];
const log = pino({ enabled: false });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unicore-known-hubs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a restarted agent knows the saved hubs, in their order', async () => {
  const before = await KnownHubs.load(folder, HUB, log);
  expect(before.places).toEqual([]);
  await before.save(PLACES);
  expect((await KnownHubs.load(folder, HUB, log)).places).toEqual(PLACES);
});

test('the saved hubs are ignored after joining another deployment', async () => {
  await (await KnownHubs.load(folder, HUB, log)).save(PLACES);
  expect((await KnownHubs.load(folder, 'https://other.test', log)).places).toEqual([]);
});

test('a damaged file counts as an empty list', async () => {
  writeFileSync(join(folder, 'hubs.json'), '{"hub":');
  expect((await KnownHubs.load(folder, HUB, log)).places).toEqual([]);
});
