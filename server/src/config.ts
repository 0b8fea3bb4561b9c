/** What a hub is told from outside: options on the command line first, then UNICORE_* variables, then defaults. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';
import { parseRedisUrl } from './backplane/index.ts';
import { parseStoreAddress, STORE_FORMS } from './store/index.ts';

const DEFAULT_PORT = 7420;
const DEFAULT_IMAGE = 'unicore/vm';
/** Cloud Run and many proxies end a WebSocket after 60 minutes. */
const DEFAULT_ROTATE_S = 50 * 60;
/** Where `vite build` of the client leaves the web app. */
const WEB_DIR = join(import.meta.dirname, '../../client/dist');

const Origin = z
  .string()
  .refine(isOrigin, 'must be an origin such as https://unicore.example.org: scheme, host and port, no path');

const Config = z.object({
  /** 0: any free port. */
  port: z.coerce.number().int().min(0).max(65535),
  host: z
    .string()
    .refine((host) => isIP(host) !== 0 || host === 'localhost', 'must be an IP address, such as 127.0.0.1'),
  /** What may wait in the hub for peers that do not read, MiB. */
  queueMib: z.coerce.number().int().min(16).max(65_536),
  /** Holds hub.db. */
  dataDir: z.string().min(1),
  /** sqlite: hub.db. Many hubs need one that they share, in Firestore. */
  store: z.string().refine((text) => parseStoreAddress(text) !== undefined, `must be ${STORE_FORMS}`),
  /** How browsers reach this hub where that is not http://localhost:PORT, such as behind a TLS proxy. */
  publicUrl: Origin.optional(),
  /** Other pages that may call this hub with its cookies. */
  origins: z.array(Origin),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  webDir: z.string().min(1),
  defaultImage: z.string().min(1).max(200),
  /** /provider and /consumer sockets of this age, ± a tenth, are replaced by new ones, without a gap. */
  rotateSeconds: z.coerce.number().min(1).max(86_400),
  /** The Redis that several hubs share; without it this hub is alone. */
  redisUrl: z
    .string()
    .superRefine((url, context) => {
      try {
        parseRedisUrl(url);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    })
    .optional(),
  /** How many proxies in front of the hub add to X-Forwarded-For; 0: nothing that a request says of its sender is believed. */
  proxies: z.coerce.number().int().min(0).max(10),
  /**
   * How long a hub that is told to stop lets its peers move to other hubs first; 0 for one that is alone, where nobody
   * could. Ten minutes is what the longest grace periods of platforms are.
   */
  drainSeconds: z.coerce.number().min(0).max(600),
  /**
   * ws(s)://… by which other hubs reach this one: they then need no Redis to pass bytes on. Without it all goes by Redis.
   * {hostname} in it is this machine's: containers that are made from one description have only that of their own.
   */
  peerUrl: z
    .url({ protocol: /^wss?$/, error: 'must be a WebSocket URL such as ws://10.0.0.5:7420' })
    .optional(),
  /** Where this hub is: people and agents are sent to the nearest. */
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -')
    .optional(),
});
export type Config = z.infer<typeof Config>;

/** How a person spells each field: the option, and the variable. */
const NAMES: Record<keyof Config, { option: string; variable: string }> = {
  port: { option: 'port', variable: 'UNICORE_PORT' },
  host: { option: 'host', variable: 'UNICORE_HOST' },
  queueMib: { option: 'queue-mib', variable: 'UNICORE_QUEUE_MIB' },
  dataDir: { option: 'data', variable: 'UNICORE_DATA' },
  store: { option: 'store', variable: 'UNICORE_STORE' },
  publicUrl: { option: 'public-url', variable: 'UNICORE_PUBLIC_URL' },
  origins: { option: 'origins', variable: 'UNICORE_ORIGINS' },
  logLevel: { option: 'log-level', variable: 'UNICORE_LOG_LEVEL' },
  webDir: { option: 'web-dir', variable: 'UNICORE_WEB_DIR' },
  defaultImage: { option: 'image', variable: 'UNICORE_IMAGE' },
  rotateSeconds: { option: 'rotate-seconds', variable: 'UNICORE_ROTATE_SECONDS' },
  redisUrl: { option: 'redis', variable: 'UNICORE_REDIS_URL' },
  proxies: { option: 'proxies', variable: 'UNICORE_PROXIES' },
  drainSeconds: { option: 'drain-seconds', variable: 'UNICORE_DRAIN_SECONDS' },
  peerUrl: { option: 'peer-url', variable: 'HUB_PEER_URL' },
  region: { option: 'region', variable: 'UNICORE_REGION' },
};
const FIELDS = Object.keys(NAMES) as (keyof Config)[];

const DEFAULTS: Record<keyof Config, string | undefined> = {
  port: String(DEFAULT_PORT),
  host: '127.0.0.1',
  queueMib: '256',
  dataDir: '.unicore',
  store: 'sqlite',
  publicUrl: undefined,
  origins: '',
  logLevel: 'info',
  webDir: WEB_DIR,
  defaultImage: DEFAULT_IMAGE,
  rotateSeconds: String(DEFAULT_ROTATE_S),
  redisUrl: undefined,
  proxies: '0',
  drainSeconds: '0',
  peerUrl: undefined,
  region: undefined,
};

/** Cloud Run, and what else starts containers, names the port in a variable of its own. */
const PLATFORM_PORT = 'PORT';

/** argv: without node and the script. Throws BAD_REQUEST that names the field and says what it wants. */
export function parseConfig(env: NodeJS.ProcessEnv, argv: readonly string[]): Config {
  const options = parseOptions(argv);
  const defaults = { ...DEFAULTS, port: env[PLATFORM_PORT] || DEFAULTS.port };
  const given = (field: keyof Config): string | undefined =>
    options[NAMES[field].option] ?? (env[NAMES[field].variable] || defaults[field]);
  const raw = Object.fromEntries(FIELDS.map((field) => [field, given(field)]));
  const peerUrl = given('peerUrl')?.replaceAll('{hostname}', hostname());
  const parsed = Config.safeParse({ ...raw, peerUrl, origins: list(given('origins')) });
  if (!parsed.success) throw new UniCoreError('BAD_REQUEST', explain(parsed.error.issues[0], raw));
  const config = parsed.data;
  return { ...config, dataDir: resolve(config.dataDir), webDir: resolve(config.webDir) };
}

function parseOptions(argv: readonly string[]): Record<string, string | undefined> {
  const known = Object.fromEntries(FIELDS.map((field) => [NAMES[field].option, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...argv], options: known, allowPositionals: false }).values;
  } catch (cause) {
    const all = FIELDS.map((field) => `--${NAMES[field].option}`).join(', ');
    throw new UniCoreError('BAD_REQUEST', `${unlogged((cause as Error).message)} Options: ${all}.`);
  }
}

function explain(issue: z.core.$ZodIssue | undefined, raw: Record<string, string | undefined>): string {
  const field = issue?.path[0] as keyof Config;
  const { option, variable } = NAMES[field];
  // There may be a password in it.
  const value = field === 'redisUrl' ? '' : ` is "${raw[field] ?? ''}":`;
  return `--${option} (or ${variable})${value} ${issue?.message}.`;
}

/** Without the password of a URL in it. */
function unlogged(text: string): string {
  return text.replace(/:\/\/[^\s@]*@/g, '://[secret]@');
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}
