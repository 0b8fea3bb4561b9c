/** Builds a container image with a fake unicore-desktop, this Node version, and the packages that it needs. */
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { HOLDER_VERSION } from '../holder/index.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const SOURCES = [
  'protocol/package.json',
  'protocol/src',
  'agent/package.json',
  'agent/src/local',
  'agent/src/desktop/holder',
  'agent/src/desktop/testing',
  ...['birpc', 'fflate', 'msgpackr', 'zod'].map((name) => `node_modules/${name}`),
];
const COMMAND = `#!/bin/sh
exec /opt/node --disable-warning=ExperimentalWarning /opt/unicore/agent/src/desktop/testing/stand-in.ts "$@"
`;
const dockerfile = (base: string) => `FROM ${base}
USER root
RUN mkdir -m 0700 /desktop && chown 10002:10002 /desktop
COPY unicore-desktop /usr/local/bin/
COPY node /opt/
COPY unicore /opt/unicore
LABEL unicore.holder=${HOLDER_VERSION}
ENV NODE_COMPILE_CACHE=/opt/compiled
RUN install -d -o 10002 /opt/compiled && setpriv --reuid=10002 --clear-groups unicore-desktop compile
`;

/** base: an image with the shared libraries that Node needs. */
export async function buildStandInImage(docker: Docker, name: string, base: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'unicore-stand-in-'));
  const root = join(folder, 'unicore');
  try {
    for (const path of SOURCES) await cp(join(ROOT, path), join(root, path), { recursive: true });
    const link = join(root, 'node_modules/@unicore/protocol');
    await mkdir(dirname(link));
    await symlink('../../protocol', link);
    await cp(process.execPath, join(folder, 'node'));
    await writeFile(join(folder, 'unicore-desktop'), COMMAND);
    await chmod(join(folder, 'unicore-desktop'), 0o755);
    await writeFile(join(folder, 'Dockerfile'), dockerfile(base));
    const progress = await docker.buildImage({ context: folder, src: ['.'] }, { t: name, forcerm: true });
    await new Promise<void>((built, failed) =>
      docker.modem.followProgress(progress, (error, steps: { error?: string }[] | undefined) => {
        const wrong = error ?? steps?.find((step) => step.error)?.error;
        if (wrong) failed(wrong instanceof Error ? wrong : new Error(wrong));
        else built();
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
