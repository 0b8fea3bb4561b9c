/**
 * Tokens with which a hub proves to another hub that both belong to the same deployment. The tokens are
 * signed with a secret from the shared store.
 */
import { UniCoreError } from '@unicore/protocol';
import { errors, jwtVerify, SignJWT } from 'jose';
import { HUB_NAME } from '../backplane/index.ts';

/** Lifetime of a token, ms. A token is used at once, but the clocks of two hubs may differ. */
const PASS_MS = 60_000;
const AUDIENCE = 'unicore-hub';

export class HubTokens {
  readonly #hub: string;
  readonly #secret: () => Promise<Uint8Array>;

  /** hub: name of this hub. secret: returns the signing key, which is the same at all hubs. */
  constructor(hub: string, secret: () => Promise<Uint8Array>) {
    this.#hub = hub;
    this.#secret = secret;
  }

  /** Issues a token that is valid only at the hub `peer`. */
  async issue(peer: string): Promise<string> {
    return new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(this.#hub)
      .setAudience(`${AUDIENCE} ${peer}`)
      .setExpirationTime(new Date(Date.now() + PASS_MS))
      .sign(await this.#secret());
  }

  /**
   * Verifies a token for this hub. Returns the name of the hub that issued the token. Throws UNAUTHENTICATED
   * if the token is not valid.
   */
  async verify(token: string): Promise<string> {
    const options = { audience: `${AUDIENCE} ${this.#hub}`, algorithms: ['HS256'] };
    try {
      const { payload } = await jwtVerify(token, await this.#secret(), options);
      if (payload.sub !== undefined && HUB_NAME.test(payload.sub)) return payload.sub;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw new UniCoreError('UNAUTHENTICATED', 'This is not a valid hub token for this hub.');
  }
}
