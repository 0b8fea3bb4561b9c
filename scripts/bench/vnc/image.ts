/**
 * Builds the image of desktops so that the benchmark's page is its first page, and installs what the benchmark
 * needs.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { install, mayInstall, missing, type Need } from '../../check/debian.ts';
import { startEngine } from '../../check/engine.ts';
import { DESKTOP_IMAGE } from '../../product/images/desktop-image.ts';
import { buildImage, dockerEngine, imageIsCurrent } from '../../product/images/image.ts';
import { followed } from '../../product/images/image-base.ts';
import { PAGE_URL } from './page.ts';

export const BENCH_IMAGE = 'unicore/bench-desktop:latest';

const suites = 'bench';
const ENGINE_NEEDS: readonly Need[] = [
  { package: 'docker.io', command: 'dockerd', suites },
  { package: 'iptables', command: 'iptables', suites },
  { package: 'mmdebstrap', command: 'mmdebstrap', suites },
];
const NEEDS: readonly Need[] = [
  { package: 'websockify', command: 'websockify', suites },
  { package: 'docker.io', command: 'docker', suites },
  // Desktops of the pool run as processes in this benchmark, so Xvnc is needed.
  { package: 'tigervnc-standalone-server', command: 'Xvnc', suites },
  { package: 'openbox', command: 'openbox', suites },
  { package: 'chromium', command: 'chromium', suites },
];

/**
 * Installs websockify, starts a Docker engine if none runs, and builds the image. Resolves with a function that
 * stops an engine that was started here. If something is missing and may not be installed, rejects with its name.
 */
export async function bringImage(progress: (line: string) => void): Promise<() => Promise<void>> {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) throw new Error('only root reaches the VNC server in a container');
  const lacking = await missing((await dockerEngine()) ? NEEDS : [...ENGINE_NEEDS, ...NEEDS]);
  if (lacking.length > 0) {
    const names = [...new Set(lacking.map((need) => need.package))].join(', ');
    if (!mayInstall()) throw new Error(`not installed: ${names}`);
    progress(`vnc: installing ${names}`);
    await install(lacking);
  }
  const stop = await startEngine();
  const docker = await dockerEngine();
  if (docker === undefined) throw new Error('no Docker engine answers');
  if (!(await imageIsCurrent(docker, DESKTOP_IMAGE))) {
    await buildImage(docker, DESKTOP_IMAGE, (line) => progress(`vnc: ${line}`));
  }
  await addPage(docker);
  return stop;
}

async function addPage(docker: Docker): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'unicore-bench-image-'));
  try {
    const command =
      'node --disable-warning=ExperimentalWarning --max-semi-space-size=1 /unicore/agent/src/desktop/main.ts';
    const script = `#!/bin/sh
[ "$1" = hold ] && set -- "$@" --url '${PAGE_URL}'
exec ${command} "$@"
`;
    await writeFile(join(folder, 'unicore-desktop'), script);
    await chmod(join(folder, 'unicore-desktop'), 0o755);
    const lines = [`FROM ${DESKTOP_IMAGE.name}`, 'COPY unicore-desktop /usr/local/bin/'];
    await writeFile(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);
    const built = await docker.buildImage({ context: folder, src: ['.'] }, { t: BENCH_IMAGE, forcerm: true });
    await followed(docker, built);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
