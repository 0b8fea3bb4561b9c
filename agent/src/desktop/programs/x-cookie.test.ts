/** The file with the cookie of an X display. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeCookie, writeCookie } from './x-cookie.ts';

test('the file has one entry that holds for every display, and is for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unicore-cookie-'));
  const path = join(folder, 'Xauthority');
  const cookie = Buffer.alloc(16, 7);
  await writeCookie(path, cookie);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const bytes = await readFile(path);
  expect(bytes.equals(encodeCookie(cookie))).toBe(true);
  expect(bytes.toString('hex')).toBe(
    `ffff000000000012${Buffer.from('MIT-MAGIC-COOKIE-1').toString('hex')}0010${cookie.toString('hex')}`,
  );
  // The file of another user at this path must not be used as the cookie.
  await expect(writeCookie(path, cookie)).rejects.toThrow('EEXIST');
  await rm(folder, { recursive: true });
});
