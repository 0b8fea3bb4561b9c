/** The machines that joined this hub: how they join, what is known of them, and how they look. */
import { UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { AgentJoin, Provider } from '../api/schemas.ts';
import type { LocalAuth } from '../auth/local.ts';
import { newId } from '../auth/secret.ts';
import type { AgentHello } from '../control/contract.ts';
import type { HubEvents } from '../events.ts';
import type { ProviderRow, UserRow } from '../store/rows.ts';
import type { ProviderChange, Store } from '../store/store.ts';
import type { Presence } from './presence.ts';

export interface ProvidersDeps {
  store: Store;
  auth: LocalAuth;
  presence: Presence;
  events: HubEvents;
  log: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class Providers {
  readonly #deps: ProvidersDeps;

  constructor(deps: ProvidersDeps) {
    this.#deps = deps;
  }

  /** The secret that lets one machine join, for 10 minutes. */
  async joinToken(user: UserRow): Promise<{ token: string; expiresAt: number }> {
    if (user.role !== 'owner') {
      throw new UniCoreError(
        'FORBIDDEN',
        'Only the owner of this hub can add a provider. Ask them for a join token.',
      );
    }
    const { secret, expiresAt } = await this.#deps.auth.joinToken(user.userId);
    return { token: secret, expiresAt: expiresAt! };
  }

  async join({ token, publicKey, name }: z.output<typeof AgentJoin>): Promise<ProviderRow> {
    const { store, auth, events, log, now } = this.#deps;
    const { userId } = await auth.redeemJoinToken(token);
    const provider: ProviderRow = {
      providerId: newId('p'),
      ownerId: userId,
      name,
      publicKey: JSON.stringify(publicKey),
      runtime: null,
      isolation: null,
      version: null,
      cores: null,
      memoryTotal: null,
      seenAt: null,
      createdAt: now(),
      placed: 0,
    };
    await store.addProvider(provider);
    await store.audit({
      at: now(),
      event: 'provider.join',
      userId,
      subject: provider.providerId,
      detail: name,
    });
    log.info({ user: userId, provider: provider.providerId }, 'provider joined');
    events.tell('provider', provider);
    return provider;
  }

  /** Throws NOT_FOUND. */
  async get(providerId: string): Promise<ProviderRow> {
    const provider = await this.#deps.store.provider(providerId);
    if (provider) return provider;
    throw new UniCoreError('NOT_FOUND', `There is no provider ${providerId}.`);
  }

  list(): Promise<ProviderRow[]> {
    return this.#deps.store.providers();
  }

  /** Keeps what the agent said of itself, for the time when it is not here. */
  async remember(providerId: string, { runtime, isolation, version, beat }: AgentHello): Promise<void> {
    const { cores, memoryTotal } = beat;
    await this.#update(providerId, { runtime, isolation, version, cores, memoryTotal });
  }

  /** Tells whoever watches. */
  async changed(providerId: string): Promise<void> {
    const provider = await this.#deps.store.provider(providerId);
    if (provider) this.#deps.events.tell('provider', provider);
  }

  /** Its silence began or ended: what its VMs show changed with it. */
  async silenceChanged(providerId: string): Promise<void> {
    await this.#update(providerId, {});
    for (const vm of await this.#deps.store.vms({ providerId })) this.#deps.events.tell('vm', vm);
  }

  async views(rows: readonly ProviderRow[]): Promise<Provider[]> {
    const vms = await this.#deps.store.vms();
    return rows.map((row) => {
      const count = vms.filter(({ providerId }) => providerId === row.providerId).length;
      return this.#view(row, count);
    });
  }

  #view(row: ProviderRow, vms: number): Provider {
    const { presence } = this.#deps;
    const { providerId, name, runtime, isolation, version, cores, memoryTotal, createdAt } = row;
    const online = presence.state(providerId) === 'online';
    const load = online ? presence.hello(providerId)?.beat : undefined;
    return {
      providerId,
      name,
      state: presence.state(providerId),
      runtime,
      isolation,
      version,
      cores,
      memoryTotal,
      memoryFree: load?.memoryFree ?? null,
      cpu: load?.cpu ?? null,
      vms,
      seenAt: this.#seenAt(providerId) ?? row.seenAt,
      createdAt,
    };
  }

  async #update(providerId: string, change: ProviderChange): Promise<void> {
    const seenAt = this.#seenAt(providerId);
    await this.#deps.store.updateProvider(providerId, { ...change, ...(seenAt !== undefined && { seenAt }) });
    await this.changed(providerId);
  }

  /** Undefined: not heard since the hub started. */
  #seenAt(providerId: string): number | undefined {
    const silence = this.#deps.presence.silence(providerId);
    return silence === undefined ? undefined : Math.round(this.#deps.now() - silence);
  }
}
