/**
 * Reads the configuration of a hub. Command line options win over UNICORE_* variables, which win over
 * defaults.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';
import { parseRedisUrl } from './backplane/index.ts';
import { parsePlaces } from './cloud-run/index.ts';
import { parseStoreAddress, STORE_FORMS } from './store/index.ts';

const DEFAULT_PORT = 7420;
const DEFAULT_IMAGE = 'unicore/vm';
/** Cloud Run and many proxies close a WebSocket after 60 minutes, so the hub replaces sockets earlier. */
const DEFAULT_ROTATE_S = 50 * 60;
/** The folder that holds the web app built by `vite build`. */
const WEB_DIR = join(import.meta.dirname, '../../client/dist');

const Origin = z
  .string()
  .refine(isOrigin, 'must be an origin such as https://unicore.example.org: scheme, host and port, no path');

const Config = z.object({
  /** The port to listen on. With 0 the system chooses a free port. */
  port: z.coerce.number().int().min(0).max(65535),
  host: z
    .string()
    .refine((host) => isIP(host) !== 0 || host === 'localhost', 'must be an IP address, such as 127.0.0.1'),
  /** Maximum memory, in MiB, for data that waits in the hub for peers that do not read. */
  queueMib: z.coerce.number().int().min(16).max(65_536),
  /** The folder of the database file hub.db. */
  dataDir: z.string().min(1),
  /**
   * `sqlite` stores everything in the file hub.db. Hubs on several machines need a shared Firestore database
   * instead.
   */
  store: z.string().refine((text) => parseStoreAddress(text) !== undefined, `must be ${STORE_FORMS}`),
  /**
   * The URL under which browsers reach this hub. Needed behind a TLS proxy; the default is
   * http://localhost:PORT.
   */
  publicUrl: Origin.optional(),
  /** Other origins whose pages may call this hub with its cookies. */
  origins: z.array(Origin),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  webDir: z.string().min(1),
  defaultImage: z.string().min(1).max(200),
  /**
   * The hub replaces each /provider and /consumer socket at this age, in seconds (± 10 %), without
   * interrupting users.
   */
  rotateSeconds: z.coerce.number().min(1).max(86_400),
  /** The URL of the Redis server that several hubs share. If undefined, this hub is the only one. */
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
  /**
   * Number of trusted proxies in front of the hub that append to X-Forwarded-For. With 0 the header is
   * ignored.
   */
  proxies: z.coerce.number().int().min(0).max(10),
  /**
   * How long a stopping hub waits for its peers to move to other hubs, in seconds. 0 suits a deployment with
   * one hub. Hosting platforms stop a process after at most ten minutes, so the maximum is 600 s.
   */
  drainSeconds: z.coerce.number().min(0).max(600),
  /**
   * The ws:// or wss:// URL under which other hubs reach this hub. Without this URL, hubs exchange their
   * traffic through Redis. `{hostname}` is replaced by the machine's host name, so that all replicas can
   * share one configuration.
   */
  peerUrl: z
    .url({ protocol: /^wss?$/, error: 'must be a WebSocket URL such as ws://10.0.0.5:7420' })
    .optional(),
  /** The image of desktops. */
  desktopImage: z.string().min(1).max(200),
  /** The longest life of a desktop with all its extensions, in seconds. */
  desktopMaxSeconds: z.coerce.number().int().min(60).max(604_800),
  /** A desktop ends after this many seconds without input. */
  desktopIdleSeconds: z.coerce.number().int().min(60).max(604_800),
  /** A desktop that has not painted its first frame after this many seconds has failed. */
  desktopBootSeconds: z.coerce.number().int().min(5).max(3_600),
  /** `optional` lets desktops run without Chromium's own sandbox on machines that refuse it. */
  desktopSandbox: z.enum(['required', 'optional'], { error: 'must be required or optional' }),
  /**
   * Prices in dollars, separated by commas: a vCPU second, a GiB second of memory, and 10^9 bytes that a desktop
   * sends. A fourth number is the shortest time that is paid for, in seconds.
   */
  desktopPrices: z
    .string()
    .transform((text) => text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part))))
    .refine(
      (prices) =>
        (prices.length === 3 || prices.length === 4) &&
        prices.every((price) => Number.isFinite(price) && price >= 0),
      'must be three or four numbers, such as 0.000018,0.000002,0.12',
    ),
  /**
   * Where desktops run on Cloud Run, and the most desktops of each place. With places, everybody gets desktops.
   * Without them, only the owner does, on machines whose agents offer desktops.
   */
  desktopPlaces: z
    .string()
    .transform((text, context) => {
      try {
        return parsePlaces(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    })
    .optional(),
  /** Number of desktops in each place that are booted ahead, and wait for a user. */
  desktopPool: z.coerce.number().int().min(0).max(100),
  /** The name of the service account that desktops on Cloud Run have, in the project of each place. */
  desktopAccount: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      'must be the name of a service account, such as unicore-desktop',
    ),
  /** The region of this hub. Users and agents connect to the hub in the nearest region. */
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -')
    .optional(),
});
export type Config = z.infer<typeof Config>;

/** The command line option and the environment variable of each configuration field. */
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
  desktopImage: { option: 'desktop-image', variable: 'UNICORE_DESKTOP_IMAGE' },
  desktopMaxSeconds: { option: 'desktop-max-seconds', variable: 'UNICORE_DESKTOP_MAX_SECONDS' },
  desktopIdleSeconds: { option: 'desktop-idle-seconds', variable: 'UNICORE_DESKTOP_IDLE_SECONDS' },
  desktopBootSeconds: { option: 'desktop-boot-seconds', variable: 'UNICORE_DESKTOP_BOOT_SECONDS' },
  desktopSandbox: { option: 'desktop-sandbox', variable: 'UNICORE_DESKTOP_SANDBOX' },
  desktopPlaces: { option: 'desktop-places', variable: 'UNICORE_DESKTOP_PLACES' },
  desktopPool: { option: 'desktop-pool', variable: 'UNICORE_DESKTOP_POOL' },
  desktopAccount: { option: 'desktop-account', variable: 'UNICORE_DESKTOP_ACCOUNT' },
  desktopPrices: { option: 'desktop-prices', variable: 'UNICORE_DESKTOP_PRICES' },
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
  desktopImage: 'unicore/desktop',
  desktopMaxSeconds: '14400',
  desktopIdleSeconds: '900',
  desktopBootSeconds: '90',
  desktopSandbox: 'required',
  desktopPlaces: undefined,
  desktopPool: '0',
  desktopAccount: 'unicore-desktop',
  desktopPrices: '0.000018,0.000002,0.12',
};

/** Cloud Run and other platforms pass the port to listen on in this variable. */
const PLATFORM_PORT = 'PORT';

/**
 * Parses the configuration. `argv` excludes node and the script. Throws BAD_REQUEST if a value is invalid;
 * the message names the field and the valid values.
 */
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
  if (config.desktopPlaces && config.publicUrl === undefined)
    throw new UniCoreError(
      'BAD_REQUEST',
      'Desktops on Cloud Run need the URL by which they reach the hub. Set --public-url (or UNICORE_PUBLIC_URL).',
    );
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
  // The Redis URL may contain a password, so the error message does not show the value.
  const value = field === 'redisUrl' ? '' : ` is "${raw[field] ?? ''}":`;
  return `--${option} (or ${variable})${value} ${issue?.message}.`;
}

/** Replaces passwords in URLs, so that the text can be printed safely. */
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
