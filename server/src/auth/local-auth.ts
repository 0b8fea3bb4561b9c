/**
 * Local users: login links, the cookie sessions that login links start, bearer tokens for scripts, and join
 * tokens for providers. LocalAuth needs only the store, so a script can use it while the hub runs.
 */
import { UniCoreError } from '@unicore/protocol';
import type { SecretKind, SecretRow, Store, UserRow } from '../store/index.ts';
import { hashOf, newId, newSecret } from './secret.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The kinds of secrets that LocalAuth issues. Boot tokens are issued where desktops are launched. */
type Kind = Exclude<SecretKind, 'boot'>;

/**
 * Lifetime of each kind of secret, ms. Scripts use bearer tokens, so a bearer token does not expire (null).
 * It stays valid until a logout ends it.
 */
const LIFETIME_MS: Record<Kind, number | null> = {
  login: DAY_MS,
  session: 30 * DAY_MS,
  bearer: null,
  join: 10 * MINUTE_MS,
};

const USER_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,39}$/u;

/** The user to whom a valid cookie or bearer token belongs. */
export interface Caller {
  user: UserRow;
  /** Id of the session or bearer token. A logout ends the session or token with this id. */
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

  /**
   * Returns the first user of this hub (the owner), who may let providers join. Creates this user at the
   * first start.
   */
  async owner(name: string): Promise<UserRow> {
    const owner = (await this.#store.users()).find((user) => user.role === 'owner');
    return owner ?? this.#addUser(USER_NAME.test(name) ? name : 'owner', 'owner');
  }

  /** Returns the user with this name. Creates the user if no user has this name. */
  async createUser(name: string): Promise<UserRow> {
    if (!USER_NAME.test(name)) {
      throw new UniCoreError(
        'BAD_REQUEST',
        `name is "${name}": it must be 1 to 40 letters, digits, spaces and . _ @ -, and start with a letter or digit.`,
      );
    }
    return (await this.#store.userByName(name)) ?? this.#addUser(name, 'member');
  }

  /** Returns a new key for a login link. The key may be used several times until it expires. */
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

  /**
   * Starts a session for the key of a login link. Throws UNAUTHENTICATED if the key is unknown or expired.
   */
  async login(key: string): Promise<{ user: UserRow; session: Issued }> {
    const secret = await this.#store.secret(hashOf(key), 'login', this.#now());
    const user = secret && (await this.#store.user(secret.userId));
    if (!user) {
      throw new UniCoreError(
        'UNAUTHENTICATED',
        'This login link is unknown or older than a day. Get a new one from npm start or npm run user -- NAME.',
      );
    }
    const session = await this.#issue('session', user.userId);
    await this.#audit('user.login', user.userId, null);
    return { user, session };
  }

  /**
   * Returns the user and session id for this secret. Returns undefined if the secret is unknown or expired,
   * or if a logout has ended it.
   */
  async caller(kind: 'session' | 'bearer', secret: string): Promise<Caller | undefined> {
    const found = await this.#store.secret(hashOf(secret), kind, this.#now());
    const user = found && (await this.#store.user(found.userId));
    return user && { user, sessionId: found.secretId };
  }

  /**
   * Ends the session or bearer token that belongs to this secret. Returns its id, or undefined if the secret
   * is not valid.
   */
  async logout(kind: 'session' | 'bearer', secret: string): Promise<string | undefined> {
    const ended = await this.#store.takeSecret(hashOf(secret), kind, this.#now());
    if (ended) await this.#audit('user.logout', ended.userId, ended.secretId);
    return ended?.secretId;
  }

  /**
   * Consumes a join token, so that it is valid only once. Returns the token's record, which names the user
   * who issued it. Throws TICKET_INVALID if the token is not valid.
   */
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

  async #issue(kind: Kind, userId: string): Promise<Issued> {
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
