/**
 * A store in one SQLite file. It uses a write-ahead log. Therefore the data survives SIGKILL, and scripts may
 * write while the hub runs.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { UniCoreError } from '@unicore/protocol';
import type { z } from 'zod';
import { migrate } from './migrations.ts';
import {
  AuditRow,
  DesktopRow,
  ProviderRow,
  ReceiptRow,
  type SecretKind,
  SecretRow,
  UserRow,
  VmRow,
} from './rows.ts';
import type { ProviderChange, Store } from './store.ts';

/** How long a write waits for a write of another process, ms. */
const BUSY_MS = 5_000;
/**
 * Only the system user that runs the hub may read the file, because the file contains the secret that signs
 * providers' tokens. The folder may be readable for other users. SQLite gives its extra files the same mode.
 */
const FILE_MODE = 0o600;
/** SQLITE_FULL */
const FULL = 13;

/**
 * Opens the store. `file` is a path or ':memory:'. If the file's folder is missing, it is created. Only the
 * system user that runs this process can access the new folder.
 */
export function openSqliteStore(file: string): Store {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(file, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
  try {
    if (file !== ':memory:') chmodSync(file, FILE_MODE);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    migrate(db);
    return new SqliteStore(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async ping() {
    this.#prepare('SELECT 1').get();
  }

  async close() {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  async addUser(user: UserRow) {
    return this.#run(`${insert('users', UserRow)} ON CONFLICT (name) DO NOTHING`, user) === 1;
  }

  async user(userId: string) {
    return this.#one(UserRow, 'SELECT * FROM users WHERE userId = :userId', { userId });
  }

  async userByName(name: string) {
    return this.#one(UserRow, 'SELECT * FROM users WHERE name = :name', { name });
  }

  async users() {
    return this.#all(UserRow, 'SELECT * FROM users ORDER BY createdAt, rowid');
  }

  async addSecret(secret: SecretRow) {
    this.#run(insert('secrets', SecretRow), secret);
  }

  async secret(hash: string, kind: SecretKind, now: number) {
    return this.#one(SecretRow, `SELECT * FROM secrets WHERE ${LIVE_SECRET}`, { hash, kind, now });
  }

  async takeSecret(hash: string, kind: SecretKind, now: number) {
    return this.#one(SecretRow, `DELETE FROM secrets WHERE ${LIVE_SECRET} RETURNING *`, { hash, kind, now });
  }

  async dropExpiredSecrets(now: number) {
    return this.#run('DELETE FROM secrets WHERE expiresAt <= :now', { now });
  }

  async addProvider(provider: ProviderRow) {
    this.#run(insert('providers', ProviderRow), provider);
  }

  async provider(providerId: string) {
    return this.#one(ProviderRow, 'SELECT * FROM providers WHERE providerId = :providerId', { providerId });
  }

  async providers() {
    const sql = 'SELECT * FROM providers WHERE sessionId IS NULL ORDER BY createdAt, rowid';
    return this.#all(ProviderRow, sql);
  }

  async updateProvider(providerId: string, change: ProviderChange) {
    if (Object.keys(change).length === 0) return;
    const sql = `UPDATE providers SET ${assignments(change)} WHERE providerId = :providerId`;
    this.#run(sql, { ...change, providerId });
  }

  async dropProvider(providerId: string) {
    const sql = 'DELETE FROM providers WHERE providerId = :providerId AND sessionId IS NOT NULL';
    return this.#run(sql, { providerId }) === 1;
  }

  async addVm(vm: VmRow) {
    this.#run(`${insert('vms', VmRow)} ON CONFLICT (ownerId, opId) DO NOTHING`, vm);
    const { vmId, ownerId, opId } = vm;
    const sql = 'SELECT * FROM vms WHERE vmId = :vmId OR (ownerId = :ownerId AND opId = :opId)';
    return VmRow.parse(this.#prepare(sql).get({ vmId, ownerId, opId }));
  }

  async vm(vmId: string) {
    return this.#one(VmRow, 'SELECT * FROM vms WHERE vmId = :vmId', { vmId });
  }

  async vms(of: { ownerId?: string; providerId?: string; phase?: VmRow['phase'] } = {}) {
    const wanted = Object.keys(of).map((field) => ` AND ${field} = :${field}`);
    const sql = `SELECT * FROM vms WHERE phase <> 'deleted'${wanted.join('')} ORDER BY createdAt, rowid`;
    return this.#all(VmRow, sql, of);
  }

  async replaceVm(vm: VmRow, placed?: number) {
    const fields = assignments(vm, 'vmId', 'rev');
    const sql = `UPDATE vms SET ${fields}, rev = rev + 1 WHERE vmId = :vmId AND rev = :rev`;
    if (placed === undefined) return this.#run(sql, vm) === 1;
    const { providerId } = vm;
    const place =
      'UPDATE providers SET placed = placed + 1 WHERE providerId = :providerId AND placed = :placed';
    return this.#both(
      () => this.#run(place, { providerId, placed }) === 1,
      () => this.#run(sql, vm) === 1,
    );
  }

  async desktop(userId: string) {
    return this.#one(DesktopRow, 'SELECT * FROM desktops WHERE userId = :userId', { userId });
  }

  async desktopOf(sessionId: string) {
    const sql = 'SELECT * FROM desktops WHERE sessionId = :sessionId ORDER BY createdAt DESC LIMIT 1';
    return this.#one(DesktopRow, sql, { sessionId });
  }

  async desktops() {
    return this.#all(DesktopRow, 'SELECT * FROM desktops WHERE endedAt IS NULL ORDER BY createdAt, rowid');
  }

  /** A trigger ignores the insertion of a second receipt of the same session. */
  async replaceDesktop(desktop: DesktopRow, receipt?: ReceiptRow) {
    if (!receipt) return this.#replaceDesktop(desktop);
    const values = ReceiptRow.parse(receipt);
    return this.#both(
      () => this.#replaceDesktop(desktop),
      () => this.#run(insert('receipts', ReceiptRow), values) <= 1,
    );
  }

  async receipt(sessionId: string) {
    return this.#one(ReceiptRow, 'SELECT * FROM receipts WHERE sessionId = :sessionId', { sessionId });
  }

  async receipts(userId: string, limit: number) {
    const sql =
      'SELECT * FROM receipts WHERE userId = :userId ORDER BY endedAt DESC, sessionId DESC LIMIT :limit';
    return this.#all(ReceiptRow, sql, { userId, limit });
  }

  async meta(name: string, create: () => string) {
    this.#run('INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING', {
      name,
      value: create(),
    });
    return String(this.#prepare('SELECT value FROM meta WHERE name = :name').get({ name })?.value);
  }

  async audit(entry: AuditRow) {
    this.#run(insert('audit', AuditRow), entry);
  }

  async auditEntries(limit: number) {
    return this.#all(AuditRow, 'SELECT * FROM audit ORDER BY rowid DESC LIMIT :limit', { limit });
  }

  #replaceDesktop(desktop: DesktopRow): boolean {
    if (desktop.rev === 0) {
      const sql = `${insert('desktops', DesktopRow)} ON CONFLICT (userId) DO NOTHING`;
      return this.#run(sql, { ...desktop, rev: 1 }) === 1;
    }
    const fields = assignments(desktop, 'userId', 'rev');
    const sql = `UPDATE desktops SET ${fields}, rev = rev + 1 WHERE userId = :userId AND rev = :rev`;
    return this.#run(sql, desktop) === 1;
  }

  /** Runs `one` and then `two` in one transaction. The transaction is rolled back unless both return true. */
  #both(one: () => boolean, two: () => boolean): boolean {
    work(() => this.#db.exec('BEGIN IMMEDIATE'));
    try {
      const done = one() && two();
      work(() => this.#db.exec(done ? 'COMMIT' : 'ROLLBACK'));
      return done;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #run(sql: string, values: Record<string, SQLInputValue>): number {
    return Number(work(() => this.#prepare(sql).run(values)).changes);
  }

  #one<T extends z.ZodType>(
    row: T,
    sql: string,
    values: Record<string, SQLInputValue>,
  ): z.infer<T> | undefined {
    const found = work(() => this.#prepare(sql).get(values));
    return found && row.parse(found);
  }

  #all<T extends z.ZodType>(row: T, sql: string, values: Record<string, SQLInputValue> = {}): z.infer<T>[] {
    return this.#prepare(sql)
      .all(values)
      .map((found) => row.parse(found));
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Runs a statement. If the disk is full, throws an error that tells the caller how to fix the problem. */
function work<T>(statement: () => T): T {
  try {
    return statement();
  } catch (cause) {
    if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === FULL)) throw cause;
    throw new UniCoreError(
      'DISK_FULL',
      "The disk of the hub's machine is full. Free some space there, then try again.",
      {
        cause,
      },
    );
  }
}

const LIVE_SECRET = 'hash = :hash AND kind = :kind AND (expiresAt IS NULL OR expiresAt > :now)';

function insert(table: string, row: z.ZodObject): string {
  const fields = Object.keys(row.shape);
  return `INSERT INTO ${table} (${fields.join(', ')}) VALUES (${fields.map((field) => `:${field}`).join(', ')})`;
}

/** Returns the SQL text `a = :a, b = :b` for every field except those in `except`. */
function assignments(row: object, ...except: string[]): string {
  return Object.keys(row)
    .filter((field) => !except.includes(field))
    .map((field) => `${field} = :${field}`)
    .join(', ');
}
