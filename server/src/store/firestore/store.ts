/**
 * A store in a Firestore database, which many hubs share. Writes use compare-and-set with preconditions and
 * never locks. The answer to a write may be lost. Therefore each conditional write stores a random mark, so
 * that a second attempt can tell whether the first was applied.
 */
import type { z } from 'zod';
import {
  AuditRow,
  type DesktopRow,
  ProviderRow,
  type ReceiptRow,
  type SecretKind,
  SecretRow,
  UserRow,
  VmRow,
} from '../rows.ts';
import type { ProviderChange, Store } from '../store.ts';
import type { Query } from './calls.ts';
import { Database, type DatabaseAddress } from './database.ts';
import { Desktops } from './desktops.ts';
import type { Found } from './found.ts';
import { Marks, marksWith, newMark, wrote } from './marks.ts';
import { oldestFirst, rowOf } from './reading.ts';
import { Receipts } from './receipts.ts';
import type { Fields } from './values.ts';
import { change, create, remove, replace } from './writes.ts';

/**
 * Time for which the document of a used secret is kept, ms. If the answer to the write that marked the secret
 * as used was lost, a second attempt can still learn that this write succeeded.
 */
const TAKEN_MS = 60_000;
/**
 * Maximum number of expired or used secrets that one commit deletes. Firestore allows at most 500 writes per
 * commit.
 */
const SWEEP = 300;

/**
 * Opens the store. If the address has no `emulator` (HOST:PORT), FIRESTORE_EMULATOR_HOST is used, as in
 * Google's own clients.
 */
export function openFirestoreStore(address: DatabaseAddress): Store {
  const { emulator = process.env.FIRESTORE_EMULATOR_HOST } = address;
  return new FirestoreStore(new Database({ ...address, emulator: emulator || undefined }));
}

class FirestoreStore implements Store {
  readonly #db: Database;
  readonly #desktops: Desktops;
  readonly #receipts: Receipts;

  constructor(db: Database) {
    this.#db = db;
    this.#desktops = new Desktops(db);
    this.#receipts = new Receipts(db);
  }

  async ping() {
    await this.#get('meta/ping');
  }

  close() {
    return this.#db.close();
  }

  addUser(user: UserRow) {
    const mark = newMark();
    const name = `userNames/${keyOf(user.name)}`;
    return this.#db.settle(async (calls, again) => {
      const there = again ? await calls.get(name) : undefined;
      if (there) return there.fields.mark === mark;
      await calls.commit(
        create(name, { userId: user.userId, mark }),
        create(`users/${user.userId}`, { ...user }),
      );
      return true;
    });
  }

  async user(userId: string) {
    return rowOf(UserRow, await this.#get(`users/${userId}`));
  }

  async userByName(name: string) {
    const userId = (await this.#get(`userNames/${keyOf(name)}`))?.fields.userId;
    return typeof userId === 'string' ? this.user(userId) : undefined;
  }

  users() {
    return this.#list(UserRow, 'users');
  }

  addSecret(secret: SecretRow) {
    const { expiresAt } = secret;
    return this.#add(secretPath(secret.hash), { ...secret, takenBy: null, dropAt: expiresAt });
  }

  async secret(hash: string, kind: SecretKind, now: number) {
    return liveSecret(await this.#get(secretPath(hash)), kind, now);
  }

  /**
   * Marks the secret as used instead of deleting it. If it were deleted and the answer were lost, the second
   * attempt would not find the secret, and no caller would get it.
   */
  takeSecret(hash: string, kind: SecretKind, now: number) {
    const mark = newMark();
    const path = secretPath(hash);
    return this.#db.settle(async (calls) => {
      const found = await calls.get(path);
      if (found?.fields.takenBy === mark) return SecretRow.parse(found.fields);
      const secret = liveSecret(found, kind, now);
      if (found && secret) {
        const dropAt = Math.min(secret.expiresAt ?? Number.POSITIVE_INFINITY, now + TAKEN_MS);
        await calls.commit(replace(path, { ...found.fields, takenBy: mark, dropAt }, found));
      }
      return secret;
    });
  }

  async dropExpiredSecrets(now: number) {
    const query: Query = { where: [['dropAt', 'LESS_THAN_OR_EQUAL', now]], limit: SWEEP };
    for (let dropped = 0; ; ) {
      const batch = await this.#db.settle(async (calls) => {
        const found = await calls.query('secrets', query);
        if (found.length > 0) await calls.commit(...found.map(({ id }) => remove(`secrets/${id}`)));
        return found;
      });
      dropped += batch.filter(({ fields }) => fields.takenBy === null).length;
      if (batch.length < SWEEP) return dropped;
    }
  }

  addProvider(provider: ProviderRow) {
    return this.#add(`providers/${provider.providerId}`, { ...provider });
  }

  async provider(providerId: string) {
    return rowOf(ProviderRow, await this.#get(`providers/${providerId}`));
  }

  /**
   * Leaves out desktops after the query. Providers from before desktops have no field that a condition could
   * use, and of desktops only those that live have a document.
   */
  async providers() {
    const all = await this.#list(ProviderRow, 'providers');
    return all.filter(({ sessionId }) => sessionId === null);
  }

  async updateProvider(providerId: string, to: ProviderChange) {
    if (Object.keys(to).length === 0) return;
    const path = `providers/${providerId}`;
    await this.#db.settle(async (calls, again) => {
      if (again && !(await calls.get(path))) return;
      await calls.commit(change(path, to));
    });
  }

  dropProvider(providerId: string) {
    const path = `providers/${providerId}`;
    // True once this call may have removed the document, although the answer was lost.
    let removing = false;
    return this.#db.settle(async (calls) => {
      const found = await calls.get(path);
      if (!found) return removing;
      if (ProviderRow.parse(found.fields).sessionId === null) return false;
      removing = true;
      await calls.commit(remove(path));
      return true;
    });
  }

  addVm(vm: VmRow) {
    const path = `vms/${vm.vmId}`;
    const byOp = vm.opId === null ? undefined : `vmOps/${keyOf(vm.ownerId, vm.opId)}`;
    const fields = vmFields(vm, [newMark()]);
    return this.#db.settle(async (calls, again) => {
      if (again) {
        const op = byOp === undefined ? undefined : await calls.get(byOp);
        const there = await calls.get(op ? `vms/${op.fields.vmId}` : path);
        if (there) return VmRow.parse(there.fields);
      }
      const op = byOp === undefined ? [] : [create(byOp, { vmId: vm.vmId })];
      await calls.commit(create(path, fields), ...op);
      return vm;
    });
  }

  async vm(vmId: string) {
    return rowOf(VmRow, await this.#get(`vms/${vmId}`));
  }

  vms(of: { ownerId?: string; providerId?: string; phase?: VmRow['phase'] } = {}) {
    const where = Object.entries(of).map(([field, value]) => [field, 'EQUAL', value] as const);
    return this.#list(VmRow, 'vms', { where: [['listed', 'EQUAL', true], ...where] });
  }

  replaceVm(vm: VmRow, placed?: number) {
    const mark = newMark();
    const path = `vms/${vm.vmId}`;
    const room = `providers/${vm.providerId}`;
    const rev = vm.rev + 1;
    return this.#db.settle(async (calls, again) => {
      const [found, provider] = await calls.getAll(path, ...(placed === undefined ? [] : [room]));
      if (!found) return false;
      const { rev: now } = VmRow.parse(found.fields);
      const marks = Marks.parse(found.fields.marks);
      if (now !== vm.rev) return again && wrote('VM', mark, rev, now, marks);
      const writes = [replace(path, vmFields({ ...vm, rev }, marksWith(marks, mark)), found)];
      if (placed !== undefined) {
        if (provider?.fields.placed !== placed) return false;
        writes.push(change(room, { placed: placed + 1 }, provider));
      }
      await calls.commit(...writes);
      return true;
    });
  }

  desktop(userId: string) {
    return this.#desktops.byUser(userId);
  }

  desktopOf(sessionId: string) {
    return this.#desktops.bySession(sessionId);
  }

  desktops() {
    return this.#desktops.list();
  }

  replaceDesktop(desktop: DesktopRow, receipt?: ReceiptRow) {
    return this.#desktops.replace(desktop, receipt);
  }

  receipt(sessionId: string) {
    return this.#receipts.get(sessionId);
  }

  receipts(userId: string, limit: number) {
    return this.#receipts.newest(userId, limit);
  }

  meta(name: string, make: () => string) {
    const path = `meta/${keyOf(name)}`;
    return this.#db.settle(async (calls) => {
      const found = await calls.get(path);
      if (found) return String(found.fields.value);
      const value = make();
      await calls.commit(create(path, { value }));
      return value;
    });
  }

  audit(entry: AuditRow) {
    return this.#add(`audit/${newMark()}`, { ...entry }, 'writtenAt');
  }

  async auditEntries(limit: number) {
    const found = await this.#db.settle((calls) => calls.query('audit', { orderBy: 'writtenAt', limit }));
    return found.map(({ fields }) => AuditRow.parse(fields));
  }

  #get(path: string): Promise<Found | undefined> {
    return this.#db.settle((calls) => calls.get(path));
  }

  async #list<T extends z.ZodType<{ createdAt: number }>>(
    row: T,
    collection: string,
    query: Query = {},
  ): Promise<z.infer<T>[]> {
    return oldestFirst(row, await this.#db.settle((calls) => calls.query(collection, query)));
  }

  /** Adds a document with a random id, so that no other writer can use the same id. */
  #add(path: string, fields: Fields, stampedAt?: string): Promise<void> {
    return this.#db.settle(async (calls, again) => {
      if (again && (await calls.get(path))) return;
      await calls.commit(create(path, fields, stampedAt));
    });
  }
}

/** Returns a document id for text that may contain any character. */
function keyOf(...parts: string[]): string {
  return `k:${parts.map(encodeURIComponent).join(':')}`;
}

/**
 * Returns the document path of a secret. A hash may begin and end with `__`, which Firestore refuses in ids,
 * so the id has a prefix.
 */
function secretPath(hash: string): string {
  return `secrets/h:${hash}`;
}

function liveSecret(found: Found | undefined, kind: SecretKind, now: number): SecretRow | undefined {
  const secret = rowOf(SecretRow, found);
  if (secret?.kind !== kind || found?.fields.takenBy !== null) return undefined;
  return secret.expiresAt === null || secret.expiresAt > now ? secret : undefined;
}

/**
 * Returns the fields of a VM's document. `listed` is true unless the VM is deleted. Queries use an equality
 * condition on it, because a condition such as `phase != deleted` would need an extra index.
 */
function vmFields(vm: VmRow, marks: string[]): Fields {
  return { ...vm, listed: vm.phase !== 'deleted', marks };
}
