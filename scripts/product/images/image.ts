/** Our container images. Each is built when it is missing or when its source files have changed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import Docker from 'dockerode';
import { hashFiles } from '../../lib/hash.ts';
import { ROOT } from '../../lib/paths.ts';
import { followed } from './image-base.ts';

/** Label with the hash of the source files. Intermediate build stages have it, too. */
const HASH_LABEL = 'unicore.source';
/** A local engine answers within this time, ms, or is not running. */
const PING_MS = 2000;
/** Longest line of build progress that fits a narrow terminal. */
const LINE_LENGTH = 72;
/** How many lines of build output an error contains. */
const TAIL_LINES = 15;

export interface Image {
  /** name:tag */
  readonly name: string;
  /** The project's files and folders from which the image is built. */
  readonly sources: readonly string[];
  /** Prepares the build context. `note` gets a line for each step. */
  prepare(docker: Docker, note: (line: string) => void): Promise<Context>;
}

export interface Context extends AsyncDisposable {
  readonly folder: string;
  /** Path of the Dockerfile within the folder. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
}

/** The Docker engine, if one answers; otherwise undefined. Obeys DOCKER_HOST. */
export async function dockerEngine(): Promise<Docker | undefined> {
  try {
    await new Docker({ timeout: PING_MS }).ping();
    return new Docker();
  } catch {
    return undefined;
  }
}

/** Whether the engine has an image that was built from the current files. */
export async function imageIsCurrent(docker: Docker, image: Image): Promise<boolean> {
  return (await labelOf(docker, image.name)) === (await hashFiles(ROOT, image.sources));
}

export async function buildImage(docker: Docker, image: Image, note: (line: string) => void): Promise<void> {
  const hash = await hashFiles(ROOT, image.sources);
  await using context = await image.prepare(docker, note);
  const output: string[] = [];
  const { folder, dockerfile, args } = context;
  const labels = { [HASH_LABEL]: hash };
  // dockerode can make the archive itself, but compresses it, which takes seconds and saves nothing on one machine.
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
  // Removes the image that had this name before and the build stages: half a gigabyte for each build.
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
