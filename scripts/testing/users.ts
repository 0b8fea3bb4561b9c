/** Provides users of a hub in this process: their SDKs, and links that sign their browsers in. */
import { createUniCore, type UniCore } from '@unicore/client/sdk';
import type { App } from '@unicore/server/app';
import { loginLink } from '@unicore/server/auth';

export class Users {
  readonly #sdks: UniCore[] = [];

  /** Returns the SDK of a user with a bearer token. `origin` is the hub's origin for this user. */
  async sdk({ auth }: App, name: string, origin: string): Promise<UniCore> {
    return this.#sdk(auth, await auth.createUser(name), origin);
  }

  /** Returns the SDK of the hub's owner. */
  async owner({ auth }: App, origin: string): Promise<UniCore> {
    return this.#sdk(auth, await auth.owner('owner'), origin);
  }

  async #sdk(auth: App['auth'], { userId }: { userId: string }, origin: string): Promise<UniCore> {
    const { secret } = await auth.bearerToken(userId);
    const unicore = createUniCore({ url: origin, getToken: () => secret });
    this.#sdks.push(unicore);
    return unicore;
  }

  /** Returns a link that signs a browser in. `origin` is the hub's origin for this browser. */
  async link({ auth }: App, name: string, origin: string): Promise<string> {
    const { userId } = await auth.createUser(name);
    return loginLink(origin, (await auth.loginKey(userId)).secret);
  }

  close(): void {
    for (const sdk of this.#sdks) sdk.close();
  }
}
