/** Fills the hubs' store for the scale suite: users with a bearer token and a running VM each, and the machines of these VMs. */
import { generateKeyPairSync } from 'node:crypto';
import { LocalAuth, newId } from '@unicore/server/auth';
import { openStore, type ProviderRow, type VmRow } from '@unicore/server/store';

export interface Machine {
  readonly providerId: string;
  /** Ed25519 private key, PKCS #8 as PEM. */
  readonly privateKey: string;
  readonly vmIds: string[];
}

export interface Person {
  /** Bearer token. */
  readonly token: string;
  readonly vmId: string;
  /** Index of the machine on which the VM runs. */
  readonly machine: number;
}

export interface Population {
  readonly machines: readonly Machine[];
  /** The users, ordered by the machine of their VM, so that the first n users need only the first machines. */
  readonly people: readonly Person[];
}

/** dataDir: data folder of the hubs, which need not run yet. */
export async function populate(dataDir: string, providers: number, consumers: number): Promise<Population> {
  const store = openStore({ store: 'sqlite', dataDir });
  try {
    const auth = new LocalAuth(store);
    const { userId: ownerId } = await auth.owner('owner');
    const machines: Machine[] = [];
    for (let i = 0; i < providers; i++) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const provider = providerRow(
        ownerId,
        `machine ${i}`,
        JSON.stringify(publicKey.export({ format: 'jwk' })),
      );
      await store.addProvider(provider);
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
      machines.push({ providerId: provider.providerId, privateKey: pem, vmIds: [] });
    }
    const people: Person[] = [];
    for (let i = 0; i < consumers; i++) {
      const { userId } = await auth.createUser(`user ${i}`);
      const machine = Math.floor((i * providers) / consumers);
      const { providerId, vmIds } = machines[machine]!;
      const vm = vmRow(userId, providerId);
      await store.addVm(vm);
      vmIds.push(vm.vmId);
      people.push({ token: (await auth.bearerToken(userId)).secret, vmId: vm.vmId, machine });
    }
    return { machines, people };
  } finally {
    await store.close();
  }
}

function providerRow(ownerId: string, name: string, publicKey: string): ProviderRow {
  return {
    providerId: newId('p'),
    ownerId,
    name,
    publicKey,
    runtime: null,
    isolation: null,
    version: null,
    cores: null,
    memoryTotal: null,
    seenAt: null,
    createdAt: Date.now(),
    placed: 0,
  };
}

function vmRow(ownerId: string, providerId: string): VmRow {
  const now = Date.now();
  return {
    vmId: newId('vm'),
    ownerId,
    name: 'bench',
    image: 'bench',
    size: 'small',
    region: null,
    opId: null,
    desired: 'running',
    phase: 'running',
    reason: null,
    providerId,
    isolation: 'container',
    gen: 1,
    attempt: 0,
    createdAt: now,
    updatedAt: now,
    rev: 1,
  };
}
