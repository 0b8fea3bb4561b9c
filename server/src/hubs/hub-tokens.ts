/** How a hub proves to another that it is one: both know a secret from the store that they share. */
import { UniCoreError } from '@unicore/protocol';
import { errors, jwtVerify, SignJWT } from 'jose';
import { HUB_NAME } from '../backplane/index.ts';

/** It is used as soon as the socket is open; hubs' clocks may differ by some of it. */
const PASS_MS = 60_000;
const AUDIENCE = 'unicore-hub';

export class HubTokens {
  readonly #hub: string;
  readonly #secret: () => Promise<Uint8Array>;

  /** hub: this one's name. secret: the same at all hubs. */
  constructor(hub: string, secret: () => Promise<Uint8Array>) {
    this.#hub = hub;
    this.#secret = secret;
  }

  /** Lets this hub in at one other. */
  async issue(peer: string): Promise<string> {
    return new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(this.#hub)
      .setAudience(`${AUDIENCE} ${peer}`)
      .setExpirationTime(new Date(Date.now() + PASS_MS))
      .sign(await this.#secret());
  }

  /** The name of the hub that holds this pass for this one. Throws UNAUTHENTICATED. */
  async verify(token: string): Promise<string> {
    const options = { audience: `${AUDIENCE} ${this.#hub}`, algorithms: ['HS256'] };
    try {
      const { payload } = await jwtVerify(token, await this.#secret(), options);
      if (payload.sub !== undefined && HUB_NAME.test(payload.sub)) return payload.sub;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw new UniCoreError('UNAUTHENTICATED', 'This is no pass of a hub for this hub.');
  }
}
