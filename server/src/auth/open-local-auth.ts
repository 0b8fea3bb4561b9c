/** Local authentication for scripts. It opens the store itself, so a script can use it while the hub runs. */
import { userInfo } from 'node:os';
import type { UserRow } from '../store/index.ts';
import { openStore } from '../store/index.ts';
import { LocalAuth } from './local-auth.ts';

/**
 * Returns the name of the first user of the hub. It is the name of the operating system user that runs this
 * process.
 */
export function ownerName(): string {
  return userInfo().username;
}

export interface OpenedAuth {
  owner(): Promise<UserRow>;
  /** Returns the user with this name. Creates the user if no user has this name. */
  createUser(name: string): Promise<UserRow>;
  /** Returns a link that signs this user in. The link is valid for 24 hours. */
  loginLink(userId: string): Promise<string>;
  bearerToken(userId: string): Promise<string>;
  /** Returns a token for `unicore-agent join`. The token is valid once, within 10 minutes. */
  joinToken(userId: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * Opens the store for local authentication. url: the hub's public URL without a trailing slash. where: the
 * address of the hub's store, in the format of the hub's configuration.
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
