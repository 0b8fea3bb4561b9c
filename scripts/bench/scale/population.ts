/**
 * Fills the hubs' database for the scale suite. Each user gets a bearer token and a running VM. The providers
 * (machines) of these VMs are added, too.
 */
import { generateKeyPairSync } from 'node:crypto';
import { LocalAuth, newId } from '@unicore/server/auth';
import { openStore } from '@unicore/server/store';
import { providerRow, vmRow } from '@unicore/server/testing';

export interface Machine {
  readonly providerId: string;
  /** The provider's Ed25519 private key, as PEM in PKCS #8 format. */
  readonly privateKey: string;
  readonly vmIds: string[];
}

export interface Person {
  /** Bearer token. */
  readonly token: string;
  readonly vmId: string;
  /** Index of the provider's machine on which the user's VM runs. */
  readonly machine: number;
}

export interface Population {
  readonly machines: readonly Machine[];
  /**
   * The users, in the order of the machines on which their VMs run. So if only the first n users connect,
   * only the first machines are needed.
   */
  readonly people: readonly Person[];
}

/** dataDir: the data folder of the hubs. The hubs do not have to run yet. */
export async function populate(dataDir: string, providers: number, consumers: number): Promise<Population> {
  const store = openStore({ store: 'sqlite', dataDir });
  try {
    const auth = new LocalAuth(store);
    const { userId: ownerId } = await auth.owner('owner');
    const machines: Machine[] = [];
    for (let i = 0; i < providers; i++) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const providerId = newId('p');
      await store.addProvider(
        providerRow({
          providerId,
          ownerId,
          name: `machine ${i}`,
          publicKey: JSON.stringify(publicKey.export({ format: 'jwk' })),
        }),
      );
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
      machines.push({ providerId, privateKey: pem, vmIds: [] });
    }
    const people: Person[] = [];
    for (let i = 0; i < consumers; i++) {
      const { userId } = await auth.createUser(`user ${i}`);
      const machine = Math.floor((i * providers) / consumers);
      const { providerId, vmIds } = machines[machine]!;
      const vmId = newId('vm');
      const running = { phase: 'running', isolation: 'container', gen: 1 } as const;
      await store.addVm(vmRow({ vmId, ownerId: userId, providerId, ...running }));
      vmIds.push(vmId);
      people.push({ token: (await auth.bearerToken(userId)).secret, vmId, machine });
    }
    return { machines, people };
  } finally {
    await store.close();
  }
}
