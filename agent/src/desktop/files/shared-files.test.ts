/** The files of a desktop on a real disk: what is listed, opened and written, with hostile names and links. */
import { execFileSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@unicore/protocol';
import type { DesktopFiles } from '@unicore/protocol/control';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SharedFiles } from './shared-files.ts';

const MAX_FILE = 256 * 1024 * 1024;

let folder: string;
let downloads: string;
let uploads: string;
let files: SharedFiles;
let told: DesktopFiles[];
let heard: () => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unicore-files-'));
  [downloads, uploads] = [join(folder, 'Downloads'), join(folder, 'Uploads')];
  told = [];
  heard = () => undefined;
  files = new SharedFiles({
    folders: { downloads, uploads },
    clock: systemClock,
    log: pino({ enabled: false }),
    changed: (now) => {
      told.push(now);
      heard();
    },
  });
});
afterEach(async () => {
  files.close();
  await rm(folder, { recursive: true });
});

const named = (list: { name: string }[]) => list.map(({ name }) => name).sort();
const write = async (name: string, text: string) => {
  const file = files.create(name, text.length);
  await file.append(Buffer.from(text));
  return file.keep();
};

test('complete files are listed with their sizes; partial and hidden ones, links and folders are not', async () => {
  for (const name of ['a.txt', 'b.txt.crdownload', 'c.part', '.org.chromium.x']) {
    await writeFile(join(downloads, name), 'hello');
  }
  await symlink('/etc/passwd', join(downloads, 'link'));
  await mkdir(join(downloads, 'folder'));
  await writeFile(join(uploads, 'd.part'), '');
  const list = await files.list();
  expect(list.downloads).toEqual([{ name: 'a.txt', size: 5, modifiedAt: expect.any(Number) }]);
  expect(named(list.uploads)).toEqual(['d.part']);
});

test('of many files the newest thousand are listed, the newest first', async () => {
  const made = Array.from({ length: 2_300 }, (_, i) => i);
  await Promise.all(
    made.map(async (i) => {
      // The files' names are in a different order than their times, so listing by name would fail the test.
      const path = join(downloads, `${(i * 7) % made.length}`);
      await writeFile(path, '');
      await utimes(path, i, i);
    }),
  );
  const newest = made.slice(-1_000).reverse();
  expect((await files.list()).downloads.map(({ modifiedAt }) => modifiedAt / 1_000)).toEqual(newest);
});

test('what is not a complete file of Downloads is not opened', async () => {
  await symlink('/etc/passwd', join(downloads, 'link'));
  await mkdir(join(downloads, 'folder'));
  await writeFile(join(downloads, 'a.crdownload'), '');
  await writeFile(join(folder, 'secret'), '');
  execFileSync('mkfifo', [join(downloads, 'pipe')]);
  for (const name of ['link', 'folder', 'a.crdownload', 'pipe', 'none', '../secret', '..', '.', '', 'a\0']) {
    expect(() => files.open(name), name).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  }
});

test('a link in the place of the folder leads nobody out of it', async () => {
  await mkdir(join(folder, 'private'));
  await writeFile(join(folder, 'private/secret'), '');
  await writeFile(join(downloads, 'a.txt'), '');
  await rename(downloads, join(folder, 'moved'));
  await symlink(join(folder, 'private'), downloads);
  expect(() => files.open('secret')).toThrow('There is no file');
  expect(named((await files.list()).downloads)).toEqual(['a.txt']);
});

test('a file that is too large is refused before anything is written or read', async () => {
  expect(() => files.create('a', MAX_FILE + 1)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  expect(await readdir(uploads)).toEqual([]);
  await writeFile(join(downloads, 'a'), '');
  await truncate(join(downloads, 'a'), MAX_FILE + 1);
  expect(() => files.open('a')).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  await truncate(join(downloads, 'a'), MAX_FILE);
  const { fd, size } = files.open('a');
  closeSync(fd);
  expect(size).toBe(MAX_FILE);
});

test('files of the same name are numbered, also when they come at the same time', async () => {
  const names = await Promise.all(['1', '2', '3'].map((text) => write('a.txt', text)));
  expect(names.sort()).toEqual(['a (1).txt', 'a (2).txt', 'a.txt']);
  expect(named((await files.list()).uploads)).toEqual(names);
});

test('a link of the same name is not written through', async () => {
  await writeFile(join(folder, 'secret'), 'secret');
  await symlink(join(folder, 'secret'), join(uploads, 'a.txt'));
  expect(await write('a.txt', 'x')).toBe('a (1).txt');
  expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('secret');
});

test('a new file is shown when it is complete, and one that was discarded leaves nothing', async () => {
  const file = files.create('a.txt', 1);
  await file.append(Buffer.from('x'));
  expect((await files.list()).uploads).toEqual([]);
  file.discard();
  expect(await readdir(uploads)).toEqual([]);
  expect(() => files.create('../a', 1)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
});

test('a removed file is gone; a link is removed, and not what it leads to', async () => {
  await writeFile(join(folder, 'secret'), '');
  await symlink(join(folder, 'secret'), join(downloads, 'link'));
  await write('a.txt', 'x');
  await files.remove({ folder: 'uploads', name: 'a.txt' });
  await files.remove({ folder: 'uploads', name: 'a.txt' });
  await files.remove({ folder: 'downloads', name: 'link' });
  await expect(files.remove({ folder: 'uploads', name: '../secret' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect([await readdir(uploads), await readdir(downloads)]).toEqual([[], []]);
  expect(await readdir(folder)).toContain('secret');
});

test('changes are told while they are watched, and once for many writes', async () => {
  files.watch();
  const next = () =>
    new Promise<void>((resolve) => {
      heard = resolve;
    });
  const first = next();
  await writeFile(join(downloads, 'a.txt.crdownload'), 'half');
  await first;
  expect(told).toEqual([{ downloads: [], uploads: [] }]);
  const second = next();
  for (let i = 0; i < 100; i++) await writeFile(join(downloads, 'a.txt.crdownload'), 'half'.repeat(i));
  await rename(join(downloads, 'a.txt.crdownload'), join(downloads, 'a.txt'));
  await second;
  expect(told.length).toBe(2);
  expect(told[1]?.downloads).toMatchObject([{ name: 'a.txt', size: 4 * 99 }]);
});
