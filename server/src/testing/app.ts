/** A whole hub in this process, on port 0 and a folder of its own, with clients as outsiders have them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
} from '@trpc/client';
import { EventSource } from 'eventsource';
import type { AppRouter } from '../api/router.ts';
import { type App, createApp, type Overrides } from '../app/app.ts';
import { type Config, parseConfig } from '../config.ts';
import { createLog } from '../log.ts';

export type Api = TRPCClient<AppRouter>;

export interface TestUser {
  userId: string;
  token: string;
  /** With a bearer token. */
  api: Api;
  /** Signs in by a login link: the value for a Cookie header. */
  signIn(): Promise<string>;
}

export interface TestApp {
  app: App;
  config: Config;
  url: string;
  owner: TestUser;
  user(name: string): Promise<TestUser>;
  /** Of nobody. */
  api: Api;
  /** Ends the hub and starts another one on the same folder and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestApp(
  change: Partial<Config> = {},
  overrides: Overrides = {},
): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'unicore-hub-'));
  let config: Config = { ...parseConfig({}, []), port: 0, dataDir, webDir: join(dataDir, 'web'), ...change };
  const log = overrides.log ?? createLog('silent');
  let app = createApp(config, { ...overrides, log });
  const { port } = await app.start();
  // Not the public URL, which a test may have made up.
  const url = `http://127.0.0.1:${port}`;
  config = { ...config, port };

  async function user(name: string): Promise<TestUser> {
    const { userId } = await app.auth.createUser(name);
    return testUser(userId);
  }

  async function testUser(userId: string): Promise<TestUser> {
    const { secret: token } = await app.auth.bearerToken(userId);
    return {
      userId,
      token,
      api: clientOf(url, { authorization: `Bearer ${token}` }),
      async signIn() {
        const { secret } = await app.auth.loginKey(userId);
        const response = await fetch(`${url}/login?key=${secret}`, { redirect: 'manual' });
        return response.headers.get('set-cookie')!.split(';')[0]!;
      },
    };
  }

  return {
    get app() {
      return app;
    },
    config,
    url,
    owner: await testUser((await app.auth.owner('owner')).userId),
    user,
    api: clientOf(url, {}),
    async restart() {
      await app.stop();
      app = createApp(config, { ...overrides, log });
      await app.start();
    },
    async stop() {
      await app.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

export function clientOf(url: string, headers: Record<string, string>): Api {
  const withHeaders: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...init?.headers, ...headers } });
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url: `${url}/trpc`,
          EventSource,
          eventSourceOptions: { fetch: withHeaders },
        }),
        false: httpBatchLink({ url: `${url}/trpc`, headers }),
      }),
    ],
  });
}
