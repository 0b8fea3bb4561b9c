/**
 * Provides the base images of UniCore's images: a release of Debian with and without Node. Pulls them from a
 * registry, or makes them on this machine if no registry answers.
 */
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { messageOf } from '../../lib/console.ts';
import { exec, hasCommand } from '../../lib/exec.ts';
import { TOOLCHAIN } from '../../lib/paths.ts';

/** Releases of Debian: 12 and 13. Only the latter has a TigerVNC whose clipboard bears large texts. */
type Release = 'bookworm' | 'trixie';

/** Names of a base image: as it is pulled from a registry, and as it is made here. */
interface Names {
  readonly pulled: string;
  readonly made: string;
}

const debian = (release: Release): Names => ({
  pulled: `debian:${release}-slim`,
  made: `unicore/debian:${release}`,
});
const node = (release: Release): Names => ({
  pulled: `node:24-${release}-slim`,
  made: `unicore/node:24-${release}`,
});
/** A registry that sends nothing for this time, in ms, counts as unreachable. */
const PULL_SILENCE_MS = 60_000;

type Note = (line: string) => void;

/** Makes sure that the Docker engine has an image of plain Debian. Resolves with the image's name. */
export async function debianBase(docker: Docker, note: Note, release: Release = 'bookworm'): Promise<string> {
  const names = debian(release);
  return ensure(docker, names, note, () => {
    note('no registry can be reached: making a Debian base with mmdebstrap');
    return bootstrap(docker, release, names.made);
  });
}

/** Makes sure that the Docker engine has an image of Debian with Node 24. Resolves with the image's name. */
export async function nodeBase(docker: Docker, note: Note, release: Release = 'bookworm'): Promise<string> {
  const names = node(release);
  return ensure(docker, names, note, async () =>
    addNode(docker, await debianBase(docker, note, release), names.made),
  );
}

async function ensure(
  docker: Docker,
  { pulled, made }: Names,
  note: Note,
  make: () => Promise<void>,
): Promise<string> {
  for (const name of [pulled, made]) if (await hasImage(docker, name)) return name;
  note(`getting ${pulled}`);
  const refusal = await pull(docker, pulled).catch((error: unknown) => messageOf(error));
  if (refusal === undefined) return pulled;
  try {
    await make();
  } catch (error) {
    throw new Error(
      `The base image can't be had. Pulling ${pulled}: ${refusal}\nMaking one: ${messageOf(error)}\n` +
        `Remedy: bring ${pulled} to this engine (docker load), then run npm run images.`,
    );
  }
  return made;
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

async function pull(docker: Docker, name: string): Promise<undefined> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('no answer for 60 s')), PULL_SILENCE_MS);
  try {
    const stream = await docker.pull(name, { abortSignal: silence.signal });
    stream.on('data', () => timer.refresh());
    await followed(docker, stream);
  } finally {
    clearTimeout(timer);
  }
  return undefined;
}

/** Waits until a pull, import or build has finished. Calls `line` with each piece of the engine's output. */
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

async function bootstrap(docker: Docker, release: Release, name: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'unicore-base-'));
  try {
    const tar = join(work, 'root.tar');
    await exec(await mmdebstrap(), ['--variant=minbase', release, tar]);
    const [repo, tag] = name.split(':');
    await followed(docker, await docker.importImage(tar, { repo, tag }));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Makes an image from a Debian image and the Node binary that runs this process. */
async function addNode(docker: Docker, base: string, name: string): Promise<void> {
  if (process.platform !== 'linux') throw new Error('The Node of this machine is not for Linux.');
  const work = await mkdtemp(join(tmpdir(), 'unicore-base-'));
  try {
    await copyFile(process.execPath, join(work, 'node'));
    await writeFile(join(work, 'Dockerfile'), `FROM ${base}\nCOPY node /usr/local/bin/node\n`);
    const stream = await docker.buildImage({ context: work, src: ['.'] }, { t: name, forcerm: true });
    await followed(docker, stream);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Returns the path of mmdebstrap: the installed program, or a copy unpacked into .toolchain. Installs nothing
 * on the system.
 */
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
