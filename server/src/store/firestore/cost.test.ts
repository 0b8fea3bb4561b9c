/** How many documents the store reads and writes: Firestore bills each. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDomain } from '../../testing/domain.ts';
import { HELLO } from '../../testing/hello.ts';
import { desktopRow, providerRow, receiptRow, userRow, vmRow } from '../../testing/rows.ts';
import type { SecretRow } from '../rows.ts';
import type { Store } from '../store.ts';
import { type FirestoreFake, startFirestoreFake } from './fake/index.ts';
import { openFirestoreStore } from './index.ts';

/** A call that is repeated because the machine is busy would be counted twice. */
const PATIENCE_MS = 60_000;
const VM = vmRow();
const SECRET: SecretRow = {
  hash: 'h1',
  secretId: 's-1',
  kind: 'join',
  userId: 'u-alice',
  createdAt: 1,
  expiresAt: 9,
};
const AUDIT = { at: 1, event: 'x', userId: null, subject: null, detail: null };

/** The phases of a VM's life, as the audit log has them. */
const TURNS = ['create', 'assigned', 'starting', 'running', 'stop', 'stopped', 'delete', 'deleted'];

let fake: FirestoreFake;
let store: Store;

beforeEach(async () => {
  fake = await startFirestoreFake();
  store = openFirestoreStore({
    projectId: 'unicore-test',
    databaseId: '(default)',
    emulator: fake.address,
    patienceMs: PATIENCE_MS,
  });
});
afterEach(async () => {
  await store.close();
  await fake.close();
});

test('each store call reads and writes as few documents as possible', async () => {
  const costs: Record<string, string> = {};
  const of = (bill: Record<string, number>) =>
    Object.entries(bill)
      .map(([collection, count]) => `${count} ${collection}`)
      .join(', ') || '0';
  async function cost(name: string, work: Promise<unknown>): Promise<void> {
    await work;
    const { reads, writes, deletes } = fake.bill();
    costs[name] = [of(reads), of(writes), ...(Object.keys(deletes).length > 0 ? [of(deletes)] : [])].join(
      ' / ',
    );
  }
  await cost('ping', store.ping());
  await cost('addUser', store.addUser(userRow()));
  await cost('addUser, name taken', store.addUser(userRow({ userId: 'u-2' })));
  await cost('user', store.user('u-alice'));
  await cost('userByName', store.userByName('alice'));
  await cost('addSecret', store.addSecret(SECRET));
  await cost('secret', store.secret('h1', 'join', 1));
  await cost('takeSecret', store.takeSecret('h1', 'join', 1));
  await cost('takeSecret, taken', store.takeSecret('h1', 'join', 1));
  await cost('dropExpiredSecrets, none', store.dropExpiredSecrets(1));
  await cost('dropExpiredSecrets, one', store.dropExpiredSecrets(1e9));
  await cost('addProvider', store.addProvider(providerRow()));
  await cost('updateProvider', store.updateProvider('p-1', { seenAt: 1 }));
  await cost('updateProvider, nothing', store.updateProvider('p-1', {}));
  await cost('addVm', store.addVm(VM));
  await cost('addVm, opId', store.addVm({ ...VM, vmId: 'vm-2', opId: 'op' }));
  await cost('addVm, opId again', store.addVm({ ...VM, vmId: 'vm-3', opId: 'op' }));
  await cost('replaceVm', store.replaceVm({ ...VM, phase: 'assigned' }));
  await cost('replaceVm, beaten', store.replaceVm(VM));
  await cost('replaceVm, room', store.replaceVm({ ...VM, rev: 2, providerId: 'p-1' }, 0));
  await cost('vms of a provider', store.vms({ providerId: 'p-1' }));
  await cost('vms, none', store.vms({ phase: 'failed' }));
  await store.addProvider(providerRow({ providerId: 'd-1', sessionId: 'd-1', attempt: 1 }));
  fake.bill();
  await cost('providers, and one of a desktop', store.providers());
  await cost('dropProvider', store.dropProvider('d-1'));
  await cost('dropProvider, none', store.dropProvider('d-1'));
  await cost('dropProvider, ordinary', store.dropProvider('p-1'));
  await cost('desktop, none', store.desktop('u-alice'));
  await cost('replaceDesktop, first', store.replaceDesktop(desktopRow({ rev: 0 })));
  await cost('replaceDesktop', store.replaceDesktop(desktopRow({ rev: 1, phase: 'launching' })));
  await cost('replaceDesktop, beaten', store.replaceDesktop(desktopRow({ rev: 1 })));
  await cost('desktop', store.desktop('u-alice'));
  await cost('desktopOf', store.desktopOf('d-1'));
  await cost('desktops', store.desktops());
  const over = { phase: 'ended', endedAt: 6 } as const;
  await cost('replaceDesktop, end', store.replaceDesktop(desktopRow({ rev: 2, ...over }), receiptRow()));
  for (const receipt of [
    receiptRow({ sessionId: 'd-2', endedAt: 4 }),
    receiptRow({ sessionId: 'd-3', endedAt: 5 }),
    receiptRow({ sessionId: 'd-4', userId: 'u-2' }),
  ])
    await store.replaceDesktop(desktopRow({ rev: 0, userId: `u-${receipt.sessionId}`, ...over }), receipt);
  fake.bill();
  await cost('receipt', store.receipt('d-1'));
  await cost('receipts, two of three', store.receipts('u-alice', 2));
  await cost('desktops, all over', store.desktops());
  await cost(
    'meta, first',
    store.meta('hubId', () => 'x'),
  );
  await cost(
    'meta',
    store.meta('hubId', () => 'x'),
  );
  await cost('audit', store.audit(AUDIT));
  await cost('auditEntries', store.auditEntries(5));
  // The format is reads / writes / deletes.
  expect(costs).toEqual({
    ping: '1 meta / 0',
    addUser: '0 / 1 userNames, 1 users',
    'addUser, name taken': '1 userNames / 0',
    user: '1 users / 0',
    userByName: '1 userNames, 1 users / 0',
    addSecret: '0 / 1 secrets',
    secret: '1 secrets / 0',
    takeSecret: '1 secrets / 1 secrets',
    'takeSecret, taken': '1 secrets / 0',
    'dropExpiredSecrets, none': '1 secrets / 0',
    'dropExpiredSecrets, one': '1 secrets / 0 / 1 secrets',
    addProvider: '0 / 1 providers',
    updateProvider: '0 / 1 providers',
    'updateProvider, nothing': '0 / 0',
    addVm: '0 / 1 vms',
    'addVm, opId': '0 / 1 vms, 1 vmOps',
    'addVm, opId again': '1 vmOps, 1 vms / 0',
    replaceVm: '1 vms / 1 vms',
    'replaceVm, beaten': '1 vms / 0',
    'replaceVm, room': '1 vms, 1 providers / 1 vms, 1 providers',
    'vms of a provider': '1 vms / 0',
    'vms, none': '1 vms / 0',
    'providers, and one of a desktop': '2 providers / 0',
    dropProvider: '1 providers / 0 / 1 providers',
    'dropProvider, none': '1 providers / 0',
    'dropProvider, ordinary': '1 providers / 0',
    'desktop, none': '1 desktops / 0',
    'replaceDesktop, first': '1 desktops / 1 desktops',
    replaceDesktop: '1 desktops / 1 desktops',
    'replaceDesktop, beaten': '1 desktops / 0',
    desktop: '1 desktops / 0',
    desktopOf: '1 desktops / 0',
    desktops: '1 desktops / 0',
    'replaceDesktop, end': '1 desktops / 1 desktops, 1 receipts',
    receipt: '1 receipts / 0',
    'receipts, two of three': '2 receipts / 0',
    'desktops, all over': '1 desktops / 0',
    'meta, first': '1 meta / 1 meta',
    meta: '1 meta / 0',
    audit: '0 / 1 audit',
    auditEntries: '1 audit / 0',
  });
});

test('heartbeats write nothing; each phase change of a VM writes one document and one audit entry', async () => {
  await store.addUser(userRow());
  const domain = await testDomain(store);
  await domain.connect('p-1');
  fake.bill();

  for (let beat = 0; beat < 100; beat++) {
    domain.presence.heard('p-1');
    domain.presence.beat('p-1', { ...HELLO.beat, cpu: beat / 100 });
  }
  const vm = await domain.vms.create('u-alice', { size: 'small' });
  await domain.report('p-1', vm.vmId, 'starting');
  await domain.report('p-1', vm.vmId, 'running');
  // The agent repeats a report. This must not cause a write.
  await domain.report('p-1', vm.vmId, 'running');
  await domain.vms.stop('u-alice', vm.vmId);
  await domain.report('p-1', vm.vmId, 'stopped');
  await domain.vms.delete('u-alice', vm.vmId);
  await domain.report('p-1', vm.vmId, 'deleted');

  expect((await store.vm(vm.vmId))?.phase).toBe('deleted');
  const turns = (await store.auditEntries(100)).map(({ event }) => event).reverse();
  expect(turns).toEqual(TURNS.map((turn) => `vm.${turn}`));
  const { vms, audit, providers = 0 } = fake.bill().writes;
  expect({ vms, audit }).toEqual({ vms: TURNS.length, audit: TURNS.length });
  // The assignment of the VM to the provider costs one write.
  expect(providers).toBeLessThanOrEqual(1);
});
