/**
 * Local users: a login link, the cookie session that it starts, bearer tokens for scripts, and the join tokens by
 * which providers come. Works on the store alone, so that a script may use it while the hub runs.
 */
import { UniCoreError } from '@unicore/protocol';
import type { SecretKind, SecretRow, Store, UserRow } from '../store/index.ts';
import { hashOf, newId, newSecret } from './secret.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long each secret is good for. A bearer token sits in scripts: it stays until it is ended. */
const LIFETIME_MS: Record<SecretKind, number | null> = {
  login: DAY_MS,
  session: 30 * DAY_MS,
  bearer: null,
  join: 10 * MINUTE_MS,
};

const USER_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,39}$/u;

/** Somebody whom a cookie or a bearer token proved. */
export interface Caller {
  user: UserRow;
  /** The session or bearer token: what a logout ends. */
  sessionId: string;
}

export interface Issued {
  secret: string;
  expiresAt: number | null;
}

export class LocalAuth {
  readonly #store: Store;
  readonly #now: () => number;

  /** now: milliseconds since 1970. */
  constructor(store: Store, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** The first user of this hub: may let providers join. Made at the first start. */
  async owner(name: string): Promise<UserRow> {
    const owner = (await this.#store.users()).find((user) => user.role === 'owner');
    return owner ?? this.#addUser(USER_NAME.test(name) ? name : 'owner', 'owner');
  }

  /** The user of this name; made if there is none. */
  async createUser(name: string): Promise<UserRow> {
    if (!USER_NAME.test(name)) {
      throw new UniCoreError(
        'BAD_REQUEST',
        `name is "${name}": it must be 1 to 40 letters, digits, spaces and . _ @ -, and start with a letter or digit.`,
      );
    }
    return (await this.#store.userByName(name)) ?? this.#addUser(name, 'member');
  }

  /** The key of a login link; it may be used again until it expires. */
  loginKey(userId: string): Promise<Issued> {
    return this.#issue('login', userId);
  }

  async bearerToken(userId: string): Promise<Issued> {
    const issued = await this.#issue('bearer', userId);
    await this.#audit('user.token', userId, null);
    return issued;
  }

  joinToken(userId: string): Promise<Issued> {
    return this.#issue('join', userId);
  }

  /** Starts a session. Throws UNAUTHENTICATED for a key that is unknown or too old. */
  async login(key: string): Promise<{ user: UserRow; session: Issued }> {
    const secret = await this.#store.secret(hashOf(key), 'login', this.#now());
    const user = secret && (await this.#store.user(secret.userId));
    if (!user) {
      throw new UniCoreError(
        'UNAUTHENTICATED',
        'This login link is unknown or older than a day. npm start prints a new one, and npm run user -- NAME does too.',
      );
    }
    const session = await this.#issue('session', user.userId);
    await this.#audit('user.login', user.userId, null);
    return { user, session };
  }

  /** Who holds this secret; undefined if nobody does any more. */
  async caller(kind: 'session' | 'bearer', secret: string): Promise<Caller | undefined> {
    const found = await this.#store.secret(hashOf(secret), kind, this.#now());
    const user = found && (await this.#store.user(found.userId));
    return user && { user, sessionId: found.secretId };
  }

  /** Ends the session or bearer token behind a secret; returns its id if there was one. */
  async logout(kind: 'session' | 'bearer', secret: string): Promise<string | undefined> {
    const ended = await this.#store.takeSecret(hashOf(secret), kind, this.#now());
    if (ended) await this.#audit('user.logout', ended.userId, ended.secretId);
    return ended?.secretId;
  }

  /** Uses a join token up and says who made it. */
  async redeemJoinToken(token: string): Promise<SecretRow> {
    const found = await this.#store.takeSecret(hashOf(token), 'join', this.#now());
    if (found) return found;
    throw new UniCoreError(
      'TICKET_INVALID',
      'The join token is unknown, was used already, or is older than 10 minutes. Ask for a new one.',
    );
  }

  async #addUser(name: string, role: UserRow['role']): Promise<UserRow> {
    const user: UserRow = { userId: newId('u'), name, role, createdAt: this.#now() };
    if (!(await this.#store.addUser(user))) return (await this.#store.userByName(name))!;
    await this.#audit('user.create', user.userId, user.userId, name);
    return user;
  }

  async #issue(kind: SecretKind, userId: string): Promise<Issued> {
    const secret = newSecret();
    const createdAt = this.#now();
    const lifetime = LIFETIME_MS[kind];
    const expiresAt = lifetime === null ? null : createdAt + lifetime;
    await this.#store.addSecret({
      hash: hashOf(secret),
      secretId: newId('s'),
      kind,
      userId,
      createdAt,
      expiresAt,
    });
    return { secret, expiresAt };
  }

  #audit(event: string, userId: string, subject: string | null, detail: string | null = null): Promise<void> {
    return this.#store.audit({ at: this.#now(), event, userId, subject, detail });
  }
}
