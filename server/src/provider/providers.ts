/**
 * Manages the providers of this deployment: how they join, what the store keeps about them, and how clients
 * see them.
 */
import { UniCoreError } from '@unicore/protocol';
import type { Provider } from '@unicore/protocol/api';
import type { AgentJoin } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { LocalAuth } from '../auth/index.ts';
import { newId } from '../auth/index.ts';
import type { HubEvents } from '../events/index.ts';
import type { ProviderChange, ProviderRow, Store, UserRow } from '../store/index.ts';
import type { About, Presence, Sight } from './presence.ts';

export interface ProvidersDeps {
  store: Store;
  auth: LocalAuth;
  presence: Presence;
  /** Returns the number of VMs of each provider. */
  census: { byProvider(): Promise<Map<string, number>> };
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

  /**
   * Creates a join token, a secret that lets one machine join as a provider. The token is valid for 10
   * minutes.
   */
  async joinToken(user: Pick<UserRow, 'userId' | 'role'>): Promise<{ token: string; expiresAt: number }> {
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
      sessionId: null,
      attempt: null,
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

  /** Throws NOT_FOUND if there is no such provider. */
  async get(providerId: string): Promise<ProviderRow> {
    const provider = await this.#deps.store.provider(providerId);
    if (provider) return provider;
    throw new UniCoreError('NOT_FOUND', `There is no provider ${providerId}.`);
  }

  list(): Promise<ProviderRow[]> {
    return this.#deps.store.providers();
  }

  /**
   * Called when a provider's agent has connected to this hub. Stores what the agent reported, so that clients
   * can see the data while the provider is offline. If `wasSilent` is true, clients saw the provider's VMs as
   * suspect (unreachable), so a change of these VMs is announced too.
   */
  async arrived(providerId: string, about: About, wasSilent: boolean): Promise<void> {
    const { store, now } = this.#deps;
    const row = await store.provider(providerId);
    if (!row) return;
    const { runtime, isolation, version, beat } = about;
    const { cores, memoryTotal } = beat;
    const change = { runtime, isolation, version, cores, memoryTotal };
    const known = row.seenAt !== null && isWithin(row, change);
    // A provider reconnects far more often than its data changes, so most connections write nothing to the
    // store.
    await this.#tell(known ? row : await this.#update(row, { ...change, seenAt: now() }), wasSilent);
  }

  /**
   * Called when a provider has fallen silent. `silentMs` is the time since the provider was last heard, in
   * milliseconds, if known.
   */
  async fellSilent(providerId: string, silentMs: number | undefined): Promise<void> {
    const { store, now } = this.#deps;
    const row = await store.provider(providerId);
    if (!row) return;
    const seenAt = silentMs === undefined ? row.seenAt : Math.round(now() - silentMs);
    await this.#tell(seenAt === row.seenAt ? row : await this.#update(row, { seenAt }), true);
  }

  /** Returns the ids of all providers that have ever connected. */
  async seen(): Promise<string[]> {
    return (await this.list()).flatMap(({ providerId, seenAt }) => (seenAt === null ? [] : [providerId]));
  }

  async view(row: ProviderRow): Promise<Provider> {
    const [view] = await this.views([row]);
    return view!;
  }

  /**
   * Returns the providers as clients see them. `sights` holds what the caller already knows about their
   * presence, so that the backplane is not asked again.
   */
  async views(
    rows: readonly ProviderRow[],
    sights: ReadonlyMap<string, Sight> = new Map(),
  ): Promise<Provider[]> {
    const { presence, census } = this.#deps;
    const ids = rows.map(({ providerId }) => providerId).filter((id) => !sights.has(id));
    const seen = new Map([...sights, ...(await presence.look(ids))]);
    const vms = await census.byProvider();
    return rows.map((row) => this.#view(row, seen.get(row.providerId), vms.get(row.providerId) ?? 0));
  }

  #view(row: ProviderRow, sight: Sight | undefined, vms: number): Provider {
    const { providerId, name, runtime, isolation, version, cores, memoryTotal, createdAt } = row;
    const here = row.seenAt !== null || sight?.about !== undefined;
    const state = here ? (sight?.suspect ? 'suspect' : 'online') : 'pending';
    const load = state === 'online' ? sight?.about?.beat : undefined;
    const silentMs = sight?.silentMs;
    return {
      providerId,
      name,
      state,
      runtime,
      isolation,
      version,
      cores,
      memoryTotal,
      memoryFree: load?.memoryFree ?? null,
      cpu: load?.cpu ?? null,
      vms,
      seenAt: silentMs === undefined ? row.seenAt : Math.round(this.#deps.now() - silentMs),
      createdAt,
    };
  }

  async #update(row: ProviderRow, change: ProviderChange): Promise<ProviderRow> {
    await this.#deps.store.updateProvider(row.providerId, change);
    return { ...row, ...change };
  }

  /**
   * Announces a change of a provider. If `withVms` is true, all VMs of the provider are announced as changed
   * too.
   */
  async #tell(row: ProviderRow, withVms: boolean): Promise<void> {
    const { store, events } = this.#deps;
    events.tell('provider', row);
    if (!withVms) return;
    for (const vm of await store.vms({ providerId: row.providerId })) events.tell('vm', vm);
  }
}

function isWithin(row: ProviderRow, change: ProviderChange): boolean {
  return (Object.keys(change) as (keyof ProviderChange)[]).every((field) => row[field] === change[field]);
}
