/** Local auth for scripts: it opens the store itself, and may be used while the hub runs. */
import { userInfo } from 'node:os';
import type { UserRow } from '../store/index.ts';
import { openStore } from '../store/index.ts';
import { LocalAuth } from './local-auth.ts';

/** Name of the first user: the system user that runs the hub. */
export function ownerName(): string {
  return userInfo().username;
}

export interface OpenedAuth {
  owner(): Promise<UserRow>;
  /** The user of this name, created if there is none. */
  createUser(name: string): Promise<UserRow>;
  /** A link that signs this user in; valid for 24 hours. */
  loginLink(userId: string): Promise<string>;
  bearerToken(userId: string): Promise<string>;
  /** A token for `unicore-agent join`; valid once, for 10 minutes. */
  joinToken(userId: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * url: the hub's public URL without a trailing slash. where: the address of the hub's store, as in the hub's
 * configuration.
 */
export function openLocalAuth(dataDir: string, url: string, where = 'sqlite'): OpenedAuth {
  const store = openStore({ store: where, dataDir });
  const auth = new LocalAuth(store);
  return {
    owner: () => auth.owner(ownerName()),
    createUser: (name) => auth.createUser(name),
    loginLink: async (userId) => loginLink(url, (await auth.loginKey(userId)).secret),
    bearerToken: async (userId) => (await auth.bearerToken(userId)).secret,
    joinToken: async (userId) => (await auth.joinToken(userId)).secret,
    close: () => store.close(),
  };
}

export function loginLink(url: string, key: string): string {
  return `${url}/login?key=${key}`;
}
