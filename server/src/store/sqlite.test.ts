import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { desktopRow, providerRow, receiptRow, userRow } from '../testing/rows.ts';
import { openSqliteStore } from './sqlite.ts';
import { storeSuite } from './store.suite.ts';

const dir = mkdtempSync(join(tmpdir(), 'unicore-store-'));
afterAll(() => rmSync(dir, { recursive: true }));

storeSuite((name) => openSqliteStore(join(dir, name, 'hub.db')));

describe('the SQLite store', () => {
  test('can be open in two processes at once', async () => {
    const file = join(dir, 'two.db');
    const [hub, script] = [openSqliteStore(file), openSqliteStore(file)];
    await script.addUser({ userId: 'u-1', name: 'carol', role: 'member', createdAt: 1 });
    expect(await hub.userByName('carol')).toBeDefined();
    await Promise.all([hub.close(), script.close()]);
  });

  test('cannot be read by other users, whatever the mode of its folder', async () => {
    const open = mkdtempSync(join(dir, 'open-'));
    chmodSync(open, 0o755);
    const store = openSqliteStore(join(open, 'hub.db'));
    await store.meta('providerTokenSecret', () => 'secret');
    const modes = readdirSync(open).map((name) => [name, statSync(join(open, name)).mode & 0o777]);
    expect(Object.fromEntries(modes)).toEqual({ 'hub.db': 0o600, 'hub.db-shm': 0o600, 'hub.db-wal': 0o600 });
    await store.close();
  });

  test('refuses a file of a newer version, and says how to fix it', () => {
    const file = join(dir, 'newer.db');
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 999');
    db.close();
    expect(() => openSqliteStore(file)).toThrow('Update UniCore');
  });

  test('keeps the providers of a file from before desktops', async () => {
    const file = join(dir, 'older.db');
    const before = openSqliteStore(file);
    await before.addUser(userRow());
    await before.addProvider(providerRow());
    await before.close();
    const db = new DatabaseSync(file);
    db.exec('ALTER TABLE providers DROP COLUMN sessionId; ALTER TABLE providers DROP COLUMN attempt;');
    db.exec('DROP TABLE desktops; DROP TABLE receipts; PRAGMA user_version = 2;');
    db.close();
    const store = openSqliteStore(file);
    expect(await store.providers()).toEqual([providerRow()]);
    await store.replaceDesktop(desktopRow({ rev: 0, endedAt: 9 }), receiptRow());
    expect(await store.desktops()).toEqual([]);
    await store.close();
  });

  test('refuses changes to the audit log even in plain SQL', async () => {
    const file = join(dir, 'audit.db');
    const store = openSqliteStore(file);
    await store.audit({ at: 1, event: 'x', userId: null, subject: null, detail: null });
    await store.close();
    const db = new DatabaseSync(file);
    expect(() => db.exec('DELETE FROM audit')).toThrow('append only');
    expect(() => db.exec("UPDATE audit SET event = 'y'")).toThrow('append only');
    db.close();
  });

  test('refuses changes to receipts even in plain SQL', async () => {
    const file = join(dir, 'receipts.db');
    const store = openSqliteStore(file);
    await store.replaceDesktop(desktopRow({ rev: 0 }), receiptRow());
    const db = new DatabaseSync(file);
    expect(() => db.exec('DELETE FROM receipts')).toThrow('append only');
    expect(() => db.exec('UPDATE receipts SET cost = 0')).toThrow('append only');
    db.exec('CREATE TEMP TABLE copy AS SELECT * FROM receipts; UPDATE copy SET cost = 0');
    db.exec('INSERT OR REPLACE INTO receipts SELECT * FROM copy');
    db.close();
    expect(await store.receipts('u-alice', 10)).toEqual([receiptRow()]);
    await store.close();
  });
});
