/** Builds UniCore's container images. An image needs a build if it is missing or its sources changed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import Docker from 'dockerode';
import { hashFiles } from '../../lib/hash.ts';
import { ROOT } from '../../lib/paths.ts';
import { followed } from './image-base.ts';

/** Label of an image and of its build stages. The label's value is the hash of the image's source files. */
const HASH_LABEL = 'unicore.source';
/** Time limit for the answer of a Docker engine, in ms. A local engine answers at once. */
const PING_MS = 2000;
/** Maximum length of a line about a build step, in characters. Such a line fits into a narrow terminal. */
const LINE_LENGTH = 72;
/** Number of lines of the build's output that an error contains. */
const TAIL_LINES = 15;

export interface Image {
  /** Name and tag of the image, as `name:tag`. */
  readonly name: string;
  /** Files and folders of the project from which the image is built. */
  readonly sources: readonly string[];
  /** Prepares the folder for the build. Calls `note` with a line about each step. */
  prepare(docker: Docker, note: (line: string) => void): Promise<Context>;
}

export interface Context extends AsyncDisposable {
  readonly folder: string;
  /** Path of the Dockerfile, relative to the build folder. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
}

/** Resolves with a client of the Docker engine, or undefined if no engine answers. Obeys DOCKER_HOST. */
export async function dockerEngine(): Promise<Docker | undefined> {
  try {
    await new Docker({ timeout: PING_MS }).ping();
    return new Docker();
  } catch {
    return undefined;
  }
}

/** Resolves with true if the engine has this image and the image was built from the current source files. */
export async function imageIsCurrent(docker: Docker, image: Image): Promise<boolean> {
  return (await labelOf(docker, image.name)) === (await hashFiles(ROOT, image.sources));
}

export async function buildImage(docker: Docker, image: Image, note: (line: string) => void): Promise<void> {
  const hash = await hashFiles(ROOT, image.sources);
  await using context = await image.prepare(docker, note);
  const output: string[] = [];
  const { folder, dockerfile, args } = context;
  const labels = { [HASH_LABEL]: hash };
  // The `tar` program packs the files. dockerode would also compress them, which takes seconds and does not
  // help a local engine.
  const tar = spawn('tar', ['--create', '--directory', folder, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const packed = once(tar, 'close');
  const options = { t: image.name, dockerfile, buildargs: args, labels, forcerm: true };
  const stream = await docker.buildImage(tar.stdout, options);
  const [code] = (await packed) as [number | null];
  if (code !== 0) throw new Error(`The files of the image ${image.name} could not be packed.`);
  try {
    await followed(docker, stream, (text) => {
      output.push(text);
      if (text.startsWith('Step ')) note(shortened(text.trim()));
    });
  } catch (error) {
    const tail = output.join('').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
    throw new Error(`The image ${image.name} could not be built: ${(error as Error).message}\n${tail}`);
  }
  // Removes the previous image of the same name and the build stages. Otherwise each build would leave half a
  // gigabyte of unused data on the disk.
  await docker.pruneImages({ filters: { dangling: ['true'], label: [HASH_LABEL] } });
}

function shortened(line: string): string {
  const [first = ''] = line.split('\n');
  return first.length > LINE_LENGTH ? `${first.slice(0, LINE_LENGTH - 1)}…` : first;
}

async function labelOf(docker: Docker, name: string): Promise<string | undefined> {
  return docker
    .getImage(name)
    .inspect()
    .then(
      (image) => image.Config.Labels?.[HASH_LABEL],
      (error: { statusCode?: number }) => {
        if (error.statusCode === 404) return undefined;
        throw error;
      },
    );
}
