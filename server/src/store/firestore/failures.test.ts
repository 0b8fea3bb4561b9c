import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { desktopRow, providerRow, receiptRow, userRow, vmRow } from '../../testing/rows.ts';
import type { SecretRow } from '../rows.ts';
import type { Store } from '../store.ts';
import { type FirestoreFake, lostReply, startFirestoreFake } from './fake/index.ts';
import { openFirestoreStore } from './index.ts';

/** A time limit that is long enough even on a busy machine, ms. */
const PATIENCE_MS = 60_000;
const ALICE = userRow();
const VM = vmRow();
const SECRET: SecretRow = {
  hash: 'h1',
  secretId: 's-1',
  kind: 'session',
  userId: 'u-alice',
  createdAt: 1,
  expiresAt: 100,
};

let fake: FirestoreFake;
let store: Store;
/** The store of a second hub. */
let other: Store;

function open(emulator: string, patienceMs?: number): Store {
  return openFirestoreStore({ projectId: 'unicore-test', databaseId: '(default)', emulator, patienceMs });
}

beforeEach(async () => {
  fake = await startFirestoreFake();
  [store, other] = [open(fake.address, PATIENCE_MS), open(fake.address, PATIENCE_MS)];
});
afterEach(async () => {
  await Promise.all([store.close(), other.close()]);
  await fake.close();
});

describe('when the answer to a commit is lost', () => {
  test('a user is added once, by the call that returns true', async () => {
    fake.faults.loseReplies(1);
    expect(await store.addUser(ALICE)).toBe(true);
    expect(await other.addUser({ ...ALICE, userId: 'u-2' })).toBe(false);
    expect(await store.users()).toEqual([ALICE]);
  });

  test('a VM is added once', async () => {
    for (const opId of ['op', null]) {
      fake.faults.loseReplies(1);
      const vm = { ...VM, vmId: `vm-${opId}`, opId };
      expect(await store.addVm(vm)).toEqual(vm);
      expect(await store.vm(vm.vmId)).toEqual(vm);
    }
    expect(await store.vms()).toHaveLength(2);
  });

  test('a compare-and-set that was carried out returns true, and was carried out once', async () => {
    await store.addVm(VM);
    fake.faults.loseReplies(1);
    expect(await store.replaceVm({ ...VM, phase: 'assigned' })).toBe(true);
    expect(await store.vm('vm-1')).toEqual({ ...VM, phase: 'assigned', rev: 2 });
  });

  test('a compare-and-set that was carried out returns true, even after later writes by others', async () => {
    await store.addVm(VM);
    fake.faults.next('Commit', async (work) => {
      work();
      for (const rev of [2, 3, 4]) await other.replaceVm({ ...VM, phase: 'running', rev });
      throw lostReply();
    });
    expect(await store.replaceVm({ ...VM, phase: 'assigned' })).toBe(true);
    expect(await store.vm('vm-1')).toMatchObject({ phase: 'running', rev: 5 });
  });

  test("a compare-and-set that was not carried out does not mistake another's write for its own", async () => {
    await store.addVm(VM);
    fake.faults.next('Commit', async () => {
      await other.replaceVm({ ...VM, phase: 'assigned' });
      throw lostReply();
    });
    expect(await store.replaceVm({ ...VM, phase: 'assigned' })).toBe(false);
    expect((await store.vm('vm-1'))?.rev).toBe(2);
  });

  test('a compare-and-set whose outcome cannot be known rejects with TIMEOUT', async () => {
    await store.addVm(VM);
    fake.faults.next('Commit', async (work) => {
      work();
      for (let rev = 2; rev < 20; rev++) await other.replaceVm({ ...VM, rev });
      throw lostReply();
    });
    await expect(store.replaceVm({ ...VM, phase: 'assigned' })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('a desktop that was written returns true, and is written once', async () => {
    for (const rev of [0, 1, 2]) {
      fake.faults.loseReplies(1);
      expect(await store.replaceDesktop(desktopRow({ rev, reason: `${rev}` }))).toBe(true);
      expect(await store.desktop('u-alice')).toEqual(desktopRow({ rev: rev + 1, reason: `${rev}` }));
    }
  });

  test('a desktop that was written returns true, even after later writes by others', async () => {
    for (const rev of [0, 4]) {
      fake.faults.next('Commit', async (work) => {
        work();
        for (const later of [1, 2, 3]) await other.replaceDesktop(desktopRow({ rev: rev + later }));
        throw lostReply();
      });
      expect(await store.replaceDesktop(desktopRow({ rev, phase: 'launching' }))).toBe(true);
      expect(await store.desktop('u-alice')).toEqual(desktopRow({ rev: rev + 4 }));
    }
  });

  test("a desktop that was not written does not mistake another's write for its own", async () => {
    for (const rev of [0, 1]) {
      fake.faults.next('Commit', async () => {
        await other.replaceDesktop(desktopRow({ rev, sessionId: 'd-other' }));
        throw lostReply();
      });
      expect(await store.replaceDesktop(desktopRow({ rev, sessionId: 'd-mine' }))).toBe(false);
      expect(await store.desktop('u-alice')).toEqual(desktopRow({ rev: rev + 1, sessionId: 'd-other' }));
    }
  });

  test('a desktop based on a revision that never was is not written, whatever fails', async () => {
    fake.faults.refuse('UNAVAILABLE', 1, 'BatchGetDocuments');
    expect(await store.replaceDesktop(desktopRow({ rev: 7 }))).toBe(false);
    expect(await store.desktop('u-alice')).toBeUndefined();
  });

  test('a desktop whose outcome cannot be known rejects with TIMEOUT', async () => {
    fake.faults.next('Commit', async (work) => {
      work();
      for (let rev = 1; rev < 20; rev++) await other.replaceDesktop(desktopRow({ rev }));
      throw lostReply();
    });
    await expect(store.replaceDesktop(desktopRow({ rev: 0 }))).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('Check the desktop'),
    });
  });

  test('an end is written with its receipt although the reply is lost', async () => {
    fake.faults.loseReplies(1);
    expect(await store.replaceDesktop(desktopRow({ rev: 0, endedAt: 9 }), receiptRow())).toBe(true);
    expect(await store.receipts('u-alice', 10)).toEqual([receiptRow()]);
  });

  test('an end that comes after another change leaves no receipt, although its reply is lost', async () => {
    await store.replaceDesktop(desktopRow({ rev: 0 }));
    fake.faults.next('Commit', async () => {
      await other.replaceDesktop(desktopRow({ rev: 1, phase: 'launching' }));
      throw lostReply();
    });
    expect(await store.replaceDesktop(desktopRow({ rev: 1, endedAt: 9 }), receiptRow())).toBe(false);
    expect(await store.receipt('d-1')).toBeUndefined();
    expect(await store.desktop('u-alice')).toMatchObject({ phase: 'launching', endedAt: null });
  });

  test('room on a provider is given away once', async () => {
    await store.addProvider(providerRow());
    await store.addVm(VM);
    fake.faults.loseReplies(1);
    expect(await store.replaceVm({ ...VM, providerId: 'p-1' }, 0)).toBe(true);
    expect((await store.provider('p-1'))?.placed).toBe(1);
  });

  test("a desktop's provider is removed, and the call that removed it returns true", async () => {
    await store.addProvider(providerRow({ providerId: 'd-1', sessionId: 'd-1', attempt: 1 }));
    fake.faults.loseReplies(1);
    expect(await store.dropProvider('d-1')).toBe(true);
    expect(await store.provider('d-1')).toBeUndefined();
    fake.faults.refuse('UNAVAILABLE', 1, 'BatchGetDocuments');
    expect(await store.dropProvider('d-1')).toBe(false);
  });

  test('the call that took a secret gets it', async () => {
    await store.addSecret(SECRET);
    fake.faults.next('Commit', async (work) => {
      work();
      expect(await other.takeSecret('h1', 'session', 50)).toBeUndefined();
      throw lostReply();
    });
    expect(await store.takeSecret('h1', 'session', 50)).toEqual(SECRET);
    expect(await store.takeSecret('h1', 'session', 50)).toBeUndefined();
  });

  test('a secret that was added and taken does not come back', async () => {
    fake.faults.next('Commit', async (work) => {
      work();
      await other.takeSecret('h1', 'session', 50);
      throw lostReply();
    });
    await store.addSecret(SECRET);
    expect(await store.secret('h1', 'session', 50)).toBeUndefined();
  });

  test('meta, provider and audit are written once', async () => {
    fake.faults.loseReplies(1);
    expect(await store.meta('hubId', () => 'one')).toBe('one');
    fake.faults.loseReplies(1);
    await store.addProvider(providerRow());
    fake.faults.loseReplies(1);
    await store.updateProvider('p-1', { seenAt: 7 });
    expect(await store.providers()).toEqual([providerRow({ seenAt: 7 })]);
    fake.faults.loseReplies(1);
    await store.audit({ at: 1, event: 'x', userId: null, subject: null, detail: null });
    expect(await store.auditEntries(10)).toHaveLength(1);
  });
});

describe('when Firestore does not answer', () => {
  const GONE = { code: 'TIMEOUT', message: expect.stringContaining('Try again'), retryAfterMs: 1_000 };

  test.each(['UNAVAILABLE', 'ABORTED', 'RESOURCE_EXHAUSTED', 'INTERNAL', 'DEADLINE_EXCEEDED'] as const)(
    'a few %s errors are retried and not seen by the caller',
    async (code) => {
      await store.addVm(VM);
      for (const method of ['BatchGetDocuments', 'Commit', 'RunQuery'] as const)
        fake.faults.refuse(code, 3, method);
      expect(await store.replaceVm({ ...VM, phase: 'assigned' })).toBe(true);
      expect(await store.vms()).toEqual([{ ...VM, phase: 'assigned', rev: 2 }]);
    },
  );

  test('the caller gets TIMEOUT in time, whether Firestore is slow or refuses', async () => {
    const hasty = open(fake.address, 300);
    fake.faults.slow(1_000);
    await expect(hasty.vm('vm-1')).rejects.toMatchObject(GONE);
    await expect(hasty.vms()).rejects.toMatchObject(GONE);
    await expect(hasty.addVm(VM)).rejects.toMatchObject(GONE);
    fake.faults.slow(0);
    fake.faults.refuse('UNAVAILABLE', 1e9);
    await expect(hasty.ping()).rejects.toMatchObject(GONE);
    await expect(hasty.replaceVm(VM)).rejects.toMatchObject(GONE);
    await expect(hasty.replaceDesktop(desktopRow({ rev: 0 }))).rejects.toMatchObject(GONE);
    await hasty.close();
  });

  test('a server that accepts connections but never answers gives TIMEOUT within seconds', async () => {
    const hole = createServer(() => {});
    await once(hole.listen(0, '127.0.0.1'), 'listening');
    const lost = open(`127.0.0.1:${(hole.address() as AddressInfo).port}`);
    const begun = performance.now();
    await Promise.all([
      expect(lost.secret('h1', 'session', 1)).rejects.toMatchObject(GONE),
      expect(lost.addVm(VM)).rejects.toMatchObject(GONE),
      expect(lost.vms()).rejects.toMatchObject(GONE),
    ]);
    expect(performance.now() - begun).toBeLessThan(30_000);
    await lost.close();
    hole.close();
  });

  test('calls made during an outage are answered after it, and the data is still there', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'unicore-firestore-'));
    const file = join(dir, 'documents.json');
    const first = await startFirestoreFake({ file });
    const port = Number(first.address.split(':')[1]);
    const patient = open(first.address);
    await patient.addVm(VM);
    await first.close();
    const asked = patient.vm('vm-1');
    const written = patient.replaceVm({ ...VM, phase: 'assigned' });
    const second = await startFirestoreFake({ file, port });
    expect((await asked)?.vmId).toBe('vm-1');
    expect(await written).toBe(true);
    expect((await patient.vm('vm-1'))?.rev).toBe(2);
    await patient.close();
    await second.close();
    rmSync(dir, { recursive: true });
  });

  test('a database without access gives an error at once that says how to fix it', async () => {
    for (const code of ['PERMISSION_DENIED', 'UNAUTHENTICATED', 'NOT_FOUND'] as const) {
      fake.faults.refuse(code, 1, 'BatchGetDocuments');
      await expect(store.updateProvider('p-1', { seenAt: 1 })).rejects.toThrow('roles/datastore.user');
      fake.faults.refuse(code, 1, 'RunQuery');
      await expect(store.vms()).rejects.toThrow('--store (or UNICORE_STORE)');
    }
  });
});
