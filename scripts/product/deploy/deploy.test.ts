/** Checks the plan of `npm run deploy` as data. */
import { join } from 'node:path';
import { parseConfig } from '@unicore/server/config';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { exec } from '../../lib/exec.ts';
import { ROOT } from '../../lib/paths.ts';
import { parseDeployment } from './deployment.ts';
import { shown } from './executors.ts';
import { ARGS, commit, plan } from './testing/plan.ts';

const PASSWORD = 'correct-horse';

/** The fields of a manifest that the tests check. */
const Service = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    annotations: z.record(z.string(), z.string()),
  }),
  spec: z.object({
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()) }),
      spec: z.object({
        serviceAccountName: z.string(),
        containerConcurrency: z.number(),
        timeoutSeconds: z.number(),
        containers: z.tuple([
          z.object({
            image: z.string(),
            ports: z.tuple([z.object({ name: z.string(), containerPort: z.number() })]),
            env: z.array(
              z.object({
                name: z.string(),
                value: z.string().optional(),
                valueFrom: z
                  .object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) })
                  .optional(),
              }),
            ),
            startupProbe: z.object({
              httpGet: z.object({ path: z.string() }),
              periodSeconds: z.number(),
              failureThreshold: z.number(),
            }),
            livenessProbe: z.object({ httpGet: z.object({ path: z.string() }) }),
          }),
        ]),
      }),
    }),
  }),
});

async function services(...more: string[]) {
  const steps = await plan(...more);
  return steps.flatMap(({ input }) => (input === undefined ? [] : [Service.parse(parse(input))]));
}

function envOf({ spec }: z.infer<typeof Service>): Record<string, string | undefined> {
  return Object.fromEntries(spec.template.spec.containers[0].env.map(({ name, value }) => [name, value]));
}

describe('the plan', () => {
  test('builds once, pushes once, and rolls out region after region', async () => {
    const steps = await plan('--region', 'us-central1');
    expect(steps.map(({ command }) => command.join(' '))).toEqual([
      'docker build --file server/Dockerfile --platform linux/amd64 --tag europe-docker.pkg.dev/my-project/unicore/hub:abc123 .',
      'docker push europe-docker.pkg.dev/my-project/unicore/hub:abc123',
      'gcloud run services replace - --project my-project --region europe-west1 --quiet',
      'gcloud run services replace - --project my-project --region us-central1 --quiet',
    ]);
  });

  test('a tag that is named is taken instead of the commit', async () => {
    const [service] = await services('--tag', 'v1');
    expect(service?.spec.template.spec.containers[0].image).toMatch(/\/hub:v1$/);
  });
});

describe('with desktops, the plan', () => {
  const DESKTOPS = ['--desktop-repository', 'europe-docker.pkg.dev/my-project/unicore/desktop'];
  const ACCOUNT = 'unicore-desktop@my-project.iam.gserviceaccount.com';
  const HUB = 'serviceAccount:unicore-hub@my-project.iam.gserviceaccount.com';

  test('pushes their image, and gives the hub what it needs to run them, before the hubs start', async () => {
    const steps = await plan(...DESKTOPS, '--region', 'us-central1');
    expect(steps.map(({ command }) => command.join(' ')).slice(2, -2)).toEqual([
      'npm run images -- desktop',
      'docker tag unicore/desktop:latest europe-docker.pkg.dev/my-project/unicore/desktop:abc123',
      'docker push europe-docker.pkg.dev/my-project/unicore/desktop:abc123',
      'gcloud iam service-accounts create unicore-desktop --project my-project --display-name UniCore desktops, without any role',
      `gcloud projects add-iam-policy-binding my-project --member ${HUB} --role roles/run.developer --condition None --quiet`,
      `gcloud iam service-accounts add-iam-policy-binding ${ACCOUNT} --project my-project --member ${HUB} --role roles/iam.serviceAccountUser --quiet`,
    ]);
  });

  test('gives no role to the account of desktops', async () => {
    for (const { command } of await plan(...DESKTOPS))
      expect(command.join(' ')).not.toContain(`--member serviceAccount:${ACCOUNT}`);
  });

  test('tells all hubs the same places, and the image and account of desktops', async () => {
    const more = [
      '--desktop-projects',
      'my-project,more-desktops',
      '--desktop-quota',
      '7',
      '--desktop-pool',
      '2',
    ];
    const all = await services(...DESKTOPS, '--region', 'us-central1', ...more);
    expect(all).toHaveLength(2);
    for (const service of all) {
      const place = (project: string, region: string) => ({ project, region, quota: 7 });
      expect(parseConfig(envOf(service), [])).toMatchObject({
        desktopPlaces: [
          place('my-project', 'europe-west1'),
          place('more-desktops', 'europe-west1'),
          place('my-project', 'us-central1'),
          place('more-desktops', 'us-central1'),
        ],
        desktopImage: 'europe-docker.pkg.dev/my-project/unicore/desktop:abc123',
        desktopAccount: 'unicore-desktop',
        desktopPool: 2,
      });
    }
  });

  test('prepares each project in which desktops run', async () => {
    const steps = await plan(...DESKTOPS, '--desktop-projects', 'my-project,more-desktops');
    const bound = steps.filter(({ command }) => command.includes('roles/run.developer'));
    expect(bound.map(({ command }) => command[3])).toEqual(['my-project', 'more-desktops']);
    expect(steps.filter(({ unless }) => unless !== undefined)).toHaveLength(2);
  });
});

describe('the manifest', () => {
  test('keeps sockets for an hour, with the CPU all the time, over HTTP/1.1', async () => {
    const [service] = await services();
    const { metadata, spec } = service!.spec.template;
    expect(spec).toMatchObject({ timeoutSeconds: 3600, containerConcurrency: 1000 });
    expect(metadata.annotations).toMatchObject({
      'run.googleapis.com/cpu-throttling': 'false',
      'run.googleapis.com/sessionAffinity': 'true',
      'autoscaling.knative.dev/minScale': '2',
      'run.googleapis.com/vpc-access-egress': 'private-ranges-only',
    });
    expect(spec.containers[0].ports[0].name).toBe('http1');
  });

  test('starts a hub that is ready and ends one that is dead, not one that Redis has left', async () => {
    const [service] = await services();
    const [{ startupProbe, livenessProbe }] = service!.spec.template.spec.containers;
    expect(startupProbe.httpGet.path).toBe('/readyz');
    // Cloud Run accepts at most 240 s.
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeLessThanOrEqual(240);
    expect(livenessProbe.httpGet.path).toBe('/healthz');
  });

  test('a hub accepts its configuration from there', async () => {
    const [service] = await services('--region', 'us-central1');
    const config = parseConfig({ ...envOf(service!), PORT: '8080' }, []);
    expect(config).toMatchObject({
      port: 8080,
      publicUrl: 'https://europe-west1.hub.example.org',
      origins: ['https://us-central1.hub.example.org'],
      proxies: 1,
      queueMib: 256,
    });
    // Nothing is set up for desktops, so nobody is promised one.
    expect(config.desktopPlaces).toBeUndefined();
    expect(config.desktopImage).toBe('unicore/desktop');
    // Cloud Run kills a container 10 s after SIGTERM.
    expect(config.drainSeconds).toBeLessThan(10);
  });

  test('puts the hubs of each region in that region’s network with its secret, on one store', async () => {
    const all = await services(
      '--region',
      'us-central1',
      '--subnet',
      'hubs-{region}',
      '--redis-secret',
      'redis-{region}:3',
    );
    expect(all.map(envOf)).toMatchObject([
      { UNICORE_REGION: 'europe-west1', UNICORE_STORE: 'firestore://my-project' },
      { UNICORE_REGION: 'us-central1', UNICORE_STORE: 'firestore://my-project' },
    ]);
    const [, us] = all;
    expect(us?.spec.template.metadata.annotations['run.googleapis.com/network-interfaces']).toBe(
      '[{"network":"default","subnetwork":"hubs-us-central1"}]',
    );
    const secret = us?.spec.template.spec.containers[0].env.find(({ name }) => name === 'UNICORE_REDIS_URL');
    expect(secret).toEqual({
      name: 'UNICORE_REDIS_URL',
      valueFrom: { secretKeyRef: { name: 'redis-us-central1', key: '3' } },
    });
  });

  test('no gap is left', async () => {
    for (const { input = '' } of await plan())
      expect(input).not.toMatch(/\$\{|\{(region|project|service)\}|undefined/);
  });
});

describe('what is wrong is named, with the remedy, and not repeated', () => {
  test.each([
    [['--region', 'europe-west1'], '--region names one region twice'],
    [['--region', 'Europe'], '--region must be such as europe-west1'],
    [['--project', 'My Project'], '--project must be such as'],
    [['--public-url', 'http://hub.example.org/x'], '--public-url must be such as https://hub.example.org'],
    [['--redis-secret', `redis://:${PASSWORD}@10.0.0.3:6379`], 'gcloud secrets create'],
    [['--public-url', `https://me:${PASSWORD}@hub.example.org`], '--public-url'],
    [[`--redis-url=redis://:${PASSWORD}@10.0.0.3`], '--redis-url'],
    [[`redis://:${PASSWORD}@10.0.0.3`], 'its option'],
    [['--store', 'sqlite'], '--store must be such as firestore://'],
    [['--min', 'two'], '--min must be a whole number'],
    [['--desktop-account', 'me@x'], '--desktop-account must be such as unicore-desktop'],
    [['--desktop-quota', '0'], '--desktop-quota must be a whole number from 1 to 9999'],
    [['--desktop-projects', 'a b'], '--desktop-projects must be such as'],
    [['--concurrency', '5000'], '--concurrency must be a whole number from 1 to 1000'],
    [['--min', '9', '--max', '3'], '--min must be at most --max'],
  ])('%j', async (more, words) => {
    const message = await plan(...more).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).toContain(words);
    expect(message).not.toContain(PASSWORD);
  });

  test('what is missing', async () => {
    await expect(parseDeployment([], commit)).rejects.toThrow('--region is missing');
    await expect(parseDeployment(['--region', 'europe-west1'], commit)).rejects.toThrow(
      '--project is missing',
    );
  });
});

test('npm run deploy -- --dry-run prints the plan, and needs neither docker nor gcloud', async () => {
  const script = join(ROOT, 'scripts/deploy.ts');
  const output = await exec(process.execPath, [script, '--dry-run', ...ARGS, '--tag', 'abc123'], {
    env: { PATH: '' },
  });
  expect(output).toBe((await plan()).map((step) => `${shown(step)}\n`).join(''));
});
