/** Contract suite of the store: every implementation runs these tests. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { providerRow, userRow, vmRow } from '../testing/rows.ts';
import { desktopSuite } from './desktop.suite.ts';
import type { SecretRow } from './rows.ts';
import type { Store } from './store.ts';

const ALICE = userRow();
const SECRET: SecretRow = {
  hash: 'h1',
  secretId: 's-1',
  kind: 'join',
  userId: 'u-alice',
  createdAt: 1,
  expiresAt: 100,
};
const PROVIDER = providerRow();
const VM = vmRow();

/** open: opens the store of that name. It may be called again while the store is open, and then opens the same data. */
export function storeSuite(open: (name: string) => Store): void {
  desktopSuite(open);
  describe('the store contract', () => {
    let store: Store;
    let opened = 0;

    beforeEach(async () => {
      opened += 1;
      store = open(`store-${opened}`);
      await store.addUser(ALICE);
    });
    afterEach(() => store.close());

    test('data is still there after the store is opened again', async () => {
      await store.addVm(VM);
      await store.close();
      store = open(`store-${opened}`);
      expect(await store.vm('vm-1')).toEqual(VM);
      expect(await store.userByName('alice')).toEqual(ALICE);
    });

    test('a user name can be taken only once', async () => {
      expect(await store.addUser({ ...ALICE, userId: 'u-other' })).toBe(false);
      expect(await store.users()).toEqual([ALICE]);
    });

    test('a secret is found by hash and kind until it expires', async () => {
      await store.addSecret(SECRET);
      expect(await store.secret('h1', 'join', 99)).toEqual(SECRET);
      expect(await store.secret('h1', 'boot', 99)).toBeUndefined();
      expect(await store.secret('h1', 'session', 99)).toBeUndefined();
      expect(await store.secret('h2', 'join', 99)).toBeUndefined();
      expect(await store.secret('h1', 'join', 100)).toBeUndefined();
    });

    test('a secret without an end never expires', async () => {
      await store.addSecret({ ...SECRET, expiresAt: null });
      expect(await store.dropExpiredSecrets(1e15)).toBe(0);
      expect(await store.secret('h1', 'join', 1e15)).toBeDefined();
    });

    test('a secret can be taken only once', async () => {
      await store.addSecret(SECRET);
      const taken = await Promise.all([1, 2].map(() => store.takeSecret('h1', 'join', 50)));
      expect(taken.filter((one) => one !== undefined)).toEqual([SECRET]);
    });

    test('a taken secret is gone and does not count as expired', async () => {
      await store.addSecret(SECRET);
      await store.takeSecret('h1', 'join', 50);
      expect(await store.secret('h1', 'join', 50)).toBeUndefined();
      expect(await store.takeSecret('h1', 'join', 50)).toBeUndefined();
      expect(await store.dropExpiredSecrets(1e15)).toBe(0);
    });

    test('hashes and names may contain any characters', async () => {
      await store.addSecret({ ...SECRET, hash: '__h__' });
      expect(await store.secret('__h__', 'join', 50)).toBeDefined();
      await store.addUser({ ...ALICE, userId: 'u-2', name: '__a/b ä.__' });
      expect((await store.userByName('__a/b ä.__'))?.userId).toBe('u-2');
    });

    test('VMs with the same creation time are listed in the order they were added', async () => {
      const ids = ['vm-z', 'vm-a', 'vm-m'];
      for (const vmId of ids) await store.addVm({ ...VM, vmId });
      expect((await store.vms()).map(({ vmId }) => vmId)).toEqual(ids);
    });

    test('changing a missing row does nothing', async () => {
      expect(await store.replaceVm(VM)).toBe(false);
      await store.updateProvider('p-9', { name: 'x' });
      expect(await store.provider('p-9')).toBeUndefined();
    });

    test('expired secrets are dropped, others stay', async () => {
      await store.addSecret(SECRET);
      await store.addSecret({ ...SECRET, hash: 'h2', secretId: 's-2', expiresAt: 200 });
      expect(await store.dropExpiredSecrets(100)).toBe(1);
      expect(await store.secret('h2', 'join', 100)).toBeDefined();
    });

    test('updating a provider changes only the given fields', async () => {
      await store.addProvider(PROVIDER);
      await Promise.all([
        store.updateProvider('p-1', { name: 'tower', runtime: 'docker' }),
        store.updateProvider('p-1', { seenAt: 7 }),
        store.updateProvider('p-1', {}),
      ]);
      expect(await store.providers()).toEqual([{ ...PROVIDER, name: 'tower', runtime: 'docker', seenAt: 7 }]);
    });

    test('a desktop that is a provider is found by its id, and is not listed', async () => {
      const desktop = providerRow({ providerId: 'd-1-2', sessionId: 'd-1', attempt: 2 });
      await store.addProvider(PROVIDER);
      await store.addProvider(desktop);
      await store.updateProvider('d-1-2', { seenAt: 7 });
      expect(await store.provider('d-1-2')).toEqual({ ...desktop, seenAt: 7 });
      expect(await store.providers()).toEqual([PROVIDER]);
    });

    test('only the provider of a desktop can be removed', async () => {
      await store.addProvider(PROVIDER);
      await store.addProvider(providerRow({ providerId: 'd-1-1', sessionId: 'd-1', attempt: 1 }));
      await store.addProvider(providerRow({ providerId: 'd-2-1', sessionId: 'd-2', attempt: 1 }));
      expect(await store.dropProvider('d-1-1')).toBe(true);
      expect(await store.dropProvider('d-1-1')).toBe(false);
      expect(await store.dropProvider('p-1')).toBe(false);
      expect(await store.provider('d-1-1')).toBeUndefined();
      expect(await store.provider('d-2-1')).toBeDefined();
      expect(await store.providers()).toEqual([PROVIDER]);
      await store.updateProvider('d-1-1', { seenAt: 7 });
      expect(await store.provider('d-1-1')).toBeUndefined();
    });

    test('adding a VM with a used opId returns the existing VM', async () => {
      await store.addVm({ ...VM, opId: 'op' });
      expect((await store.addVm({ ...VM, vmId: 'vm-2', opId: 'op' })).vmId).toBe('vm-1');
      expect(await store.vms()).toHaveLength(1);
    });

    test('two users may use the same opId', async () => {
      await store.addUser({ ...ALICE, userId: 'u-bob', name: 'bob' });
      await store.addVm({ ...VM, opId: 'op' });
      expect((await store.addVm({ ...VM, vmId: 'vm-2', ownerId: 'u-bob', opId: 'op' })).vmId).toBe('vm-2');
    });

    test('VMs are listed by owner, provider and phase, without deleted ones', async () => {
      await store.addProvider(PROVIDER);
      await store.addVm(VM);
      await store.addVm({ ...VM, vmId: 'vm-2', providerId: 'p-1', phase: 'running', createdAt: 2 });
      await store.addVm({ ...VM, vmId: 'vm-3', phase: 'deleted' });
      const ids = async (of: Parameters<Store['vms']>[0]) => (await store.vms(of)).map((vm) => vm.vmId);
      expect(await ids({ ownerId: 'u-alice' })).toEqual(['vm-1', 'vm-2']);
      expect(await ids({ providerId: 'p-1' })).toEqual(['vm-2']);
      expect(await ids({ phase: 'queued' })).toEqual(['vm-1']);
      expect(await ids({ ownerId: 'u-nobody' })).toEqual([]);
      expect((await store.vm('vm-3'))?.phase).toBe('deleted');
    });

    test('of two writes based on the same revision of a VM, one succeeds', async () => {
      await store.addVm(VM);
      const wins = await Promise.all([
        store.replaceVm({ ...VM, phase: 'stopped' }),
        store.replaceVm({ ...VM, phase: 'deleting' }),
      ]);
      expect(wins).toEqual([true, false]);
      expect(await store.vm('vm-1')).toMatchObject({ phase: 'stopped', rev: 2 });
    });

    test('the same room is given away once, and only together with the write of its VM', async () => {
      await store.addProvider(PROVIDER);
      const vms = Array.from({ length: 20 }, (_, i) => ({ ...VM, vmId: `vm-${i}`, createdAt: i }));
      for (const vm of vms) await store.addVm(vm);
      const place = (vm: typeof VM, placed: number) =>
        store.replaceVm({ ...vm, phase: 'assigned', providerId: 'p-1' }, placed);
      const wins = await Promise.all(vms.map((vm) => place(vm, 0)));
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect(await store.vms({ providerId: 'p-1' })).toMatchObject([{ rev: 2, phase: 'assigned' }]);
      const loser = vms[wins.indexOf(false)]!;
      // The VM has changed since it was read, so the assignment fails and `placed` keeps its value.
      await store.replaceVm({ ...loser, name: 'renamed' });
      expect(await place(loser, 1)).toBe(false);
      expect(await store.provider('p-1')).toMatchObject({ placed: 1 });
      expect(await place({ ...loser, rev: 2 }, 1)).toBe(true);
      expect(await store.provider('p-1')).toMatchObject({ placed: 2 });
      // Other updates of the provider do not change `placed`.
      await store.updateProvider('p-1', { cores: 4 });
      expect(await store.provider('p-1')).toMatchObject({ placed: 2, cores: 4 });
    });

    test('a meta value is created only once', async () => {
      expect(await store.meta('secret', () => 'first')).toBe('first');
      expect(await store.meta('secret', () => 'second')).toBe('first');
    });

    test('the audit lists its newest entries first', async () => {
      for (const at of [1, 2, 3])
        await store.audit({ at, event: 'x', userId: null, subject: null, detail: null });
      expect((await store.auditEntries(2)).map((entry) => entry.at)).toEqual([3, 2]);
    });

    test('ping fails after the store is closed', async () => {
      await store.ping();
      await store.close();
      await expect(store.ping()).rejects.toThrow();
    });

    describe.each(['one hub', 'two hubs'])('many concurrent calls through %s', (hubs) => {
      let second: Store;

      beforeEach(() => {
        second = open(`store-${opened}`);
      });
      afterEach(() => second.close());

      /** Runs the work `count` times at once, alternating between the hubs. */
      function atOnce<T>(count: number, work: (at: Store, index: number) => Promise<T>): Promise<T[]> {
        const at = (index: number) => (hubs === 'two hubs' && index % 2 === 1 ? second : store);
        return Promise.all(Array.from({ length: count }, (_, index) => work(at(index), index)));
      }

      test('20 increments add up to 20', async () => {
        await store.addVm(VM);
        await atOnce(20, async (at) => {
          for (;;) {
            const vm = (await at.vm('vm-1'))!;
            if (await at.replaceVm({ ...vm, attempt: vm.attempt + 1 })) return;
          }
        });
        expect(await store.vm('vm-1')).toEqual({ ...VM, attempt: VM.attempt + 20, rev: VM.rev + 20 });
      });

      test('of 50 compare-and-sets one succeeds, and its state is stored', async () => {
        await store.addVm(VM);
        const wins = await atOnce(50, (at, index) => at.replaceVm({ ...VM, name: `by ${index}` }));
        expect(wins.filter((won) => won)).toHaveLength(1);
        expect(await store.vm('vm-1')).toMatchObject({ name: `by ${wins.indexOf(true)}`, rev: VM.rev + 1 });
      });

      test('50 calls with one opId create one VM, and all return it', async () => {
        const made = await atOnce(50, (at, index) => at.addVm({ ...VM, vmId: `vm-${index}`, opId: 'op' }));
        expect(await store.vms()).toHaveLength(1);
        expect(new Set(made.map(({ vmId }) => vmId)).size).toBe(1);
        expect(await store.vm(made[0]!.vmId)).toEqual(made[0]);
      });

      test('of 50 calls that take one secret, one gets it', async () => {
        await store.addSecret(SECRET);
        const taken = await atOnce(50, (at) => at.takeSecret('h1', 'join', 50));
        expect(taken.filter((one) => one !== undefined)).toEqual([SECRET]);
        expect(await store.secret('h1', 'join', 50)).toBeUndefined();
      });

      test('of 50 users with the same name, one is added', async () => {
        const added = await atOnce(50, (at, index) =>
          at.addUser({ ...ALICE, userId: `u-${index}`, name: 'bob' }),
        );
        expect(added.filter((one) => one)).toHaveLength(1);
        expect((await store.userByName('bob'))?.userId).toBe(`u-${added.indexOf(true)}`);
        expect(await store.users()).toHaveLength(2);
      });

      test('50 calls that create a meta value all return the same one', async () => {
        const values = await atOnce(50, (at, index) => at.meta('secret', () => `by ${index}`));
        expect(new Set(values).size).toBe(1);
        expect(await store.meta('secret', () => 'late')).toBe(values[0]);
      });
    });
  });
}
