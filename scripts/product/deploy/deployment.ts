/**
 * Parses the command line of `npm run deploy`: what to deploy, and in which regions. An error names the wrong
 * option and how to correct it.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';

const name = (pattern: RegExp, example: string) => z.string().regex(pattern, `must be such as ${example}`);
const count = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};

/**
 * Settings of the hubs in one region. No field may hold a secret, because all fields appear in the Cloud Run
 * manifest and in the terminal output.
 */
const Target = z.object({
  project: name(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'my-project-123'),
  region: name(/^[a-z]+-[a-z]+\d+$/, 'europe-west1'),
  repository: name(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/,
    'europe-docker.pkg.dev/my-project-123/unicore/hub',
  ),
  tag: name(/^\w[\w.-]{0,127}$/, 'v1.2.0'),
  publicUrl: z.string().refine(isOrigin, 'must be such as https://hub.example.org: no path'),
  redisSecret: z
    .string()
    .regex(
      /^[\w-]{1,255}(:(\d+|latest))?$/,
      'must be the NAME or NAME:VERSION of a secret in Secret Manager, not what is in it. To make one: gcloud secrets create unicore-redis-url --data-file=FILE',
    ),
  store: name(
    /^firestore:\/\/[a-z][a-z0-9-]+(\/[a-z0-9()-]+)?$/,
    'firestore://my-project-123: hubs share it, so it can be no file',
  ),
  service: name(/^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/, 'unicore-hub'),
  serviceAccount: name(/^[a-z0-9-]+@[a-z0-9.-]+$/, 'unicore-hub@my-project-123.iam.gserviceaccount.com'),
  network: name(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, 'default'),
  subnet: name(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, 'default, or hubs-{region}'),
  ingress: z.enum(['all', 'internal-and-cloud-load-balancing']),
  min: count(1, 1000),
  max: count(1, 1000),
  concurrency: count(1, 1000),
  cpu: z.enum(['1', '2']),
  memory: z.enum(['1Gi', '2Gi', '4Gi', '8Gi']),
  proxies: count(0, 10),
  /** Where the image of desktops goes. Without it, nothing is set up for desktops. */
  desktopRepository: name(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/,
    'europe-docker.pkg.dev/my-project-123/unicore/desktop',
  ).optional(),
  /** The account of desktops, in each of their projects. It gets no role. */
  desktopAccount: name(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'unicore-desktop'),
  desktopProjects: name(
    /^[a-z][a-z0-9-]{4,28}[a-z0-9](,[a-z][a-z0-9-]{4,28}[a-z0-9])*$/,
    'my-project-123, or several, separated by commas',
  ),
  /** The most desktops of one region of one project, and how many of them wait for a user. */
  desktopQuota: count(1, 9999),
  desktopPool: count(0, 100),
});
export type Target = z.infer<typeof Target>;
type Field = keyof Target;

const DEFAULTS: Partial<Record<Field, string>> = {
  redisSecret: 'unicore-redis-url',
  store: 'firestore://{project}',
  service: 'unicore-hub',
  serviceAccount: '{service}@{project}.iam.gserviceaccount.com',
  network: 'default',
  subnet: 'default',
  ingress: 'all',
  min: '2',
  max: '100',
  concurrency: '1000',
  cpu: '1',
  memory: '1Gi',
  proxies: '1',
  desktopAccount: 'unicore-desktop',
  desktopProjects: '{project}',
  desktopQuota: '100',
  desktopPool: '0',
};

export const HELP = `npm run deploy -- [--dry-run] OPTIONS: hubs on Cloud Run, in one region or several
  --dry-run             say what would be done, and do nothing
  --project ID          the Google Cloud project
  --region NAME         such as europe-west1; may be said several times, and they are deployed in this order
  --repository PATH     where the image goes: europe-docker.pkg.dev/PROJECT/unicore/hub
  --public-url URL      how browsers reach it: https://hub.example.org
  --tag TAG             of the image (default: the commit that is checked out)
  --redis-secret NAME   of the secret that holds redis://:PASSWORD@HOST:PORT (default unicore-redis-url)
  --store URL           default firestore://PROJECT
  --service NAME        default unicore-hub
  --service-account A   default SERVICE@PROJECT.iam.gserviceaccount.com
  --network, --subnet   of the VPC in which Redis is (default: default)
  --ingress HOW         all (default), or internal-and-cloud-load-balancing
  --min, --max N        instances in each region (default 2 and 100)
  --concurrency N       sockets of one instance (default 1000, which is Cloud Run's most)
  --cpu, --memory       of one instance (default 1 and 1Gi)
  --proxies N           that add to X-Forwarded-For (default 1, Cloud Run itself; 2 behind a load balancer)
  --desktop-repository PATH  where the image of desktops goes; without it, nothing is set up for desktops
  --desktop-account NAME     of desktops: it is created, and has no role (default unicore-desktop)
  --desktop-projects IDS     in which desktops run, separated by commas (default PROJECT)
  --desktop-quota N          desktops in each region of each of them at most (default 100)
  --desktop-pool N           of them that are booted ahead and wait for a user (default 0)
{region} in a value stands for each region's name: https://{region}.hub.example.org`;

export interface Deployment {
  readonly dryRun: boolean;
  /** Settings for each region, in the order in which the command line names the regions. */
  readonly targets: readonly Target[];
}

/**
 * Parses command-line arguments (without node and the script). Returns undefined if the user asked for help.
 * `commit` returns the default image tag. Error messages never repeat a value, because a user may have put a
 * password into the wrong option.
 */
export async function parseDeployment(
  argv: readonly string[],
  commit: () => Promise<string>,
): Promise<Deployment | undefined> {
  const fields = Object.keys(Target.shape) as Field[];
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...Object.fromEntries(fields.map((field) => [optionOf(field), { type: 'string' as const }])),
      region: { type: 'string', multiple: true },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  if (positionals.length > 0) throw new Error('Each value needs its option before it (see --help).');
  const regions = z.array(z.string()).parse(values.region ?? []);
  if (regions.length === 0) throw new Error('--region is missing. Say at least one: --region europe-west1');
  if (new Set(regions).size < regions.length)
    throw new Error('--region names one region twice. Say each once.');
  const said = values as Readonly<Record<string, unknown>>;
  const given = Object.fromEntries(fields.map((field) => [field, said[optionOf(field)] ?? DEFAULTS[field]]));
  given.tag ??= await commit();
  return {
    dryRun: values['dry-run'] === true,
    targets: regions.map((region) => target({ ...given, region })),
  };
}

function target(given: Readonly<Record<string, unknown>>): Target {
  const fill = (text: string) =>
    text.replace(/\{(project|service|region)\}/g, (all, key) => String(given[key] ?? all));
  const filled = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, typeof value === 'string' ? fill(value) : value]),
  );
  const parsed = Target.safeParse(filled);
  if (parsed.success && parsed.data.min > parsed.data.max) throw new Error('--min must be at most --max.');
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const field = path[0] as Field;
  throw new Error(
    filled[field] === undefined
      ? `--${optionOf(field)} is missing (see --help).`
      : `--${optionOf(field)} ${message}.`,
  );
}

function optionOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && text.startsWith('https:');
}

/**
 * Returns the places of desktops: each region in each of their projects. All hubs have the same list, because any of
 * them may start, find and end a desktop.
 */
export function desktopPlacesOf(targets: readonly Target[]): string {
  const places = targets
    .filter((target) => desktopImageOf(target) !== undefined)
    .flatMap(({ region, desktopProjects, desktopQuota }) =>
      desktopProjects.split(',').map((project) => `${project}/${region}:${desktopQuota}`),
    );
  return [...new Set(places)].join(',');
}

/** Returns the image of desktops, if desktops are to be set up. */
export function desktopImageOf({ desktopRepository, tag }: Target): string | undefined {
  return desktopRepository === undefined ? undefined : `${desktopRepository}:${tag}`;
}

export function imageOf({ repository, tag }: Target): string {
  return `${repository}:${tag}`;
}
