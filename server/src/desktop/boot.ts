/**
 * Checks the identity of a desktop on Cloud Run. Its container gets a boot token, makes a key pair, and registers
 * the public key with the token, once. After that it signs in with its key, as every provider does.
 */
import { createHmac } from 'node:crypto';
import { UniCoreError } from '@unicore/protocol';
import type { AgentBoot, DesktopRef } from '@unicore/protocol/control';
import type { z } from 'zod';
import { hashOf, newSecret } from '../auth/index.ts';
import { isPoolOwner } from '../cloud-run/index.ts';
import type { DesktopRow, Store } from '../store/index.ts';
import { isOver } from './lifecycle.ts';
import { POOL_USER } from './pool.ts';
import { desktopOfProvider, providerIdOf } from './provider-id.ts';
import { type DesktopWriter, keyOf } from './writer.ts';

export interface DesktopBootDeps {
  store: Store;
  writer: DesktopWriter;
  /** Validity of a boot token, counted from the start of the launch, ms. */
  tokenMs: number;
  /** Returns the wall clock, ms since 1970. */
  now: () => number;
}

export class DesktopBoot {
  readonly #deps: DesktopBootDeps;

  constructor(deps: DesktopBootDeps) {
    this.#deps = deps;
  }

  /**
   * Returns the boot token of a desktop that is being launched, and stores its hash. Every hub computes the same
   * token for the same attempt. So a repeated launch gives the container the same token.
   */
  async offer(row: DesktopRow): Promise<string> {
    const { store, tokenMs, now } = this.#deps;
    const token = await this.#tokenOf(row);
    const hash = hashOf(token);
    const providerId = providerIdOf(row);
    const isKnown = async () =>
      (await store.provider(providerId)) !== undefined ||
      (await store.secret(hash, 'boot', now())) !== undefined;
    if (await isKnown()) return token;
    const { phaseAt } = row;
    const userId = accountOf(row.userId);
    const secret = { hash, secretId: providerId, kind: 'boot', userId, createdAt: phaseAt } as const;
    try {
      await store.addSecret({ ...secret, expiresAt: phaseAt + tokenMs });
    } catch (error) {
      // Another hub may have stored the same secret at the same time.
      if (!(await isKnown())) throw error;
    }
    return token;
  }

  /**
   * Exchanges the boot token for a provider with this key. A desktop has one provider, so the first key counts, and the
   * container may ask again with the same one: it may not have got the answer, or this hub may have died on the way.
   * Throws UNAUTHENTICATED or SUPERSEDED.
   */
  async boot({ bootToken, publicKey, ...ref }: z.output<typeof AgentBoot>): Promise<{ providerId: string }> {
    const { store, writer, now } = this.#deps;
    const providerId = providerIdOf(ref);
    const key = JSON.stringify(publicKey);
    const hash = hashOf(bootToken);
    const known = await store.provider(providerId);
    if (known?.publicKey === key) return { providerId };
    const secret = await store.secret(hash, 'boot', now());
    if (known || secret?.secretId !== providerId) throw unauthenticated();
    const row = await store.desktopOf(ref.sessionId);
    if (row?.providerId !== providerId || row.phase !== 'launching') throw superseded();
    await this.#register(row, key, ref);
    // The provider is stored first. If the token were used up without it, the container could not repeat its call.
    await store.takeSecret(hash, 'boot', now());
    await writer.apply(keyOf(row), 'booting', () => ({ code: null, reason: null }));
    return { providerId };
  }

  /** Adds the provider, unless a call of the container that came at the same time has added it. */
  async #register({ userId }: DesktopRow, publicKey: string, ref: DesktopRef): Promise<void> {
    const { store, now } = this.#deps;
    const providerId = providerIdOf(ref);
    try {
      await store.addProvider({
        providerId,
        ownerId: accountOf(userId),
        name: ref.sessionId,
        publicKey,
        runtime: null,
        isolation: null,
        version: null,
        cores: null,
        memoryTotal: null,
        seenAt: null,
        createdAt: now(),
        placed: 0,
        ...ref,
      });
    } catch (error) {
      const known = await store.provider(providerId);
      if (!known) throw error;
      if (known.publicKey !== publicKey) throw unauthenticated();
    }
  }

  /** Throws SUPERSEDED if this provider is a desktop that is over, or an older attempt. */
  async check(providerId: string): Promise<void> {
    const ref = desktopOfProvider(providerId);
    if (!ref) return;
    const row = await this.#deps.store.desktopOf(ref.sessionId);
    if (row?.providerId !== providerId || isOver(row.phase)) throw superseded();
  }

  async #tokenOf({ sessionId, attempt }: DesktopRef): Promise<string> {
    const secret = await this.#deps.store.meta('hubSecret', newSecret);
    const text = `unicore-desktop-boot:${sessionId}:${attempt}`;
    return createHmac('sha256', Buffer.from(secret, 'base64url')).update(text).digest('base64url');
  }
}

/** Returns the user to whom the store assigns the desktop's secret and key. */
function accountOf(userId: string): string {
  return isPoolOwner(userId) ? POOL_USER : userId;
}

function unauthenticated(): UniCoreError {
  return new UniCoreError(
    'UNAUTHENTICATED',
    'This boot token is wrong, was used before, or has expired. Create a new desktop.',
  );
}

function superseded(): UniCoreError {
  return new UniCoreError('SUPERSEDED', 'This start of the desktop is not wanted any more. Exit.');
}
