/** Checks that exactly the plan of `npm run deploy` is carried out. */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { carryOut, shown } from './executors.ts';
import type { Step } from './step.ts';
import { plan } from './testing/plan.ts';

describe('carried out', () => {
  /** Replaces docker, gcloud and npm: records its arguments and input, and fails if one argument is FAIL_AT. */
  const FAKE = `#!/bin/sh
set -eu
n=$(ls "$NOTES" | wc -l)
{ echo "$(basename "$0") $*"; cat; } > "$NOTES/$n"
case " $* " in *" $FAIL_AT "*) exit 3;; esac
`;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unicore-deploy-'));
    for (const program of ['docker', 'gcloud', 'npm']) {
      await writeFile(join(folder, program), FAKE);
      await chmod(join(folder, program), 0o755);
    }
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function carriedOut(steps: readonly Step[], failAt = '-') {
    const notes = await mkdtemp(join(tmpdir(), 'unicore-notes-'));
    const PATH = `${folder}:${process.env.PATH}`;
    const failure = await carryOut(steps, { PATH, NOTES: notes, FAIL_AT: failAt }).then(
      () => undefined,
      (error: Error) => error.message,
    );
    const files = (await readdir(notes)).sort();
    const done = await Promise.all(files.map((file) => readFile(join(notes, file), 'utf8')));
    await rm(notes, { recursive: true });
    return { done, failure };
  }

  test('it is what the dry run shows', async () => {
    const steps = await plan();
    const { done, failure } = await carriedOut(steps, 'nothing');
    expect(failure).toBeUndefined();
    expect(done).toEqual(steps.map(({ command, input = '' }) => `${command.join(' ')}\n${input}`));
    for (const step of steps) {
      expect(shown(step)).toContain(step.command.join(' '));
      expect(shown(step)).toContain((step.input ?? '').trimEnd());
    }
  });

  test('an account that exists is not created again', async () => {
    const desktops = ['--desktop-repository', 'europe-docker.pkg.dev/my-project/unicore/desktop'];
    const steps = await plan(...desktops);
    const first = await carriedOut(steps, 'describe');
    expect(first.failure).toBeUndefined();
    expect(first.done.join('')).toContain('service-accounts create unicore-desktop');
    const second = await carriedOut(steps, 'nothing');
    expect(second.done.join('')).not.toContain('service-accounts create');
    expect(second.done.join('')).toContain('roles/iam.serviceAccountUser');
  });

  test('a failing step ends it, and the steps that were not done are named', async () => {
    const { done, failure } = await carriedOut(await plan('--region', 'us-central1'), 'europe-west1');
    expect(done).toHaveLength(3);
    expect(failure).toContain('gcloud failed (exit code 3)');
    expect(failure).toContain('Not done: Roll out unicore-hub in us-central1');
  });

  test('nothing is begun if a program is missing', async () => {
    const steps: Step[] = [...(await plan()), { title: 'x', command: ['no-such-program-here'] }];
    const { done, failure } = await carriedOut(steps, 'nothing');
    expect(done).toEqual([]);
    expect(failure).toContain('no-such-program-here is not installed');
  });
});
