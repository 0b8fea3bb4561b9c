/** The base of our images: plain Debian 12, pulled where a registry answers, else made on this machine. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { messageOf } from './console.ts';
import { exec, hasCommand } from './exec.ts';
import { TOOLCHAIN } from './paths.ts';

const PULLED = 'debian:bookworm-slim';
const MADE = 'unicore/debian:bookworm';
/** A registry that is silent for this long is not reachable. */
const PULL_SILENCE_MS = 60_000;

/** The name of a base image that the engine has by now. */
export async function ensureBase(docker: Docker, note: (line: string) => void): Promise<string> {
  for (const name of [PULLED, MADE]) if (await hasImage(docker, name)) return name;
  note(`getting ${PULLED}`);
  const refusal = await pull(docker).catch((error: unknown) => messageOf(error));
  if (refusal === undefined) return PULLED;
  note('no registry can be reached: making a Debian base with mmdebstrap');
  try {
    await bootstrap(docker);
  } catch (error) {
    throw new Error(
      `The base image can't be had. Pulling ${PULLED}: ${refusal}\nMaking one: ${messageOf(error)}\n` +
        `Remedy: bring ${PULLED} to this engine (docker load), then run npm run images.`,
    );
  }
  return MADE;
}

export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  return docker
    .getImage(name)
    .inspect()
    .then(
      () => true,
      (error: { statusCode?: number }) => {
        if (error.statusCode === 404) return false;
        throw error;
      },
    );
}

async function pull(docker: Docker): Promise<undefined> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('no answer for 60 s')), PULL_SILENCE_MS);
  try {
    const stream = await docker.pull(PULLED, { abortSignal: silence.signal });
    stream.on('data', () => timer.refresh());
    await followed(docker, stream);
  } finally {
    clearTimeout(timer);
  }
  return undefined;
}

/** Waits for the end of a pull, import or build; `line` hears what the engine says. */
export async function followed(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  line: (text: string) => void = () => {},
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  docker.modem.followProgress(
    stream,
    (error) => (error ? reject(error) : resolve()),
    (event: { stream?: string; error?: string }) => {
      if (event.error !== undefined) reject(new Error(event.error));
      if (event.stream !== undefined) line(event.stream);
    },
  );
  return promise;
}

async function bootstrap(docker: Docker): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'unicore-base-'));
  try {
    const tar = join(work, 'root.tar');
    await exec(await mmdebstrap(), ['--variant=minbase', 'bookworm', tar]);
    const [repo, tag] = MADE.split(':');
    await followed(docker, await docker.importImage(tar, { repo, tag }));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** mmdebstrap's path: the machine's, or one unpacked into .toolchain. Nothing is installed on the system. */
async function mmdebstrap(): Promise<string> {
  if (await hasCommand('mmdebstrap')) return 'mmdebstrap';
  const unpacked = join(TOOLCHAIN, 'mmdebstrap/usr/bin/mmdebstrap');
  if (await hasCommand(unpacked)) return unpacked;
  if (!(await hasCommand('apt-get'))) throw new Error('mmdebstrap is not installed.');
  const work = join(TOOLCHAIN, 'apt');
  await mkdir(join(work, 'lists/partial'), { recursive: true });
  const own = ['-o', `Dir::State::Lists=${join(work, 'lists')}`, '-o', `Dir::Cache=${work}`, '-q'];
  await exec('apt-get', [...own, 'update']);
  await exec('apt-get', [...own, 'download', 'mmdebstrap'], { cwd: work });
  const deb = (await readdir(work)).find((name) => name.startsWith('mmdebstrap_') && name.endsWith('.deb'));
  if (deb === undefined) throw new Error('apt-get download mmdebstrap brought no package.');
  await exec('dpkg-deb', ['-x', join(work, deb), join(TOOLCHAIN, 'mmdebstrap')]);
  await rm(work, { recursive: true, force: true });
  return unpacked;
}
