/** The image of VMs: built from agent/images/vm when it is missing or its files changed. */
import { join } from 'node:path';
import Docker from 'dockerode';
import { hashFiles } from './hash.ts';
import { ensureBase, followed } from './image-base.ts';
import { ROOT } from './paths.ts';

export const VM_IMAGE = 'unicore/vm:latest';
const SOURCE = 'agent/images/vm';
/** The image carries the hash of the files that it was made from. */
const HASH_LABEL = 'unicore.source';
/** An engine on this machine answers at once, or is not there. */
const PING_MS = 2000;
/** A build step is told in one line of a narrow terminal. */
const LINE_LENGTH = 72;
/** Lines of the build's output that an error repeats. */
const TAIL_LINES = 15;

/** An engine that answers, or undefined. Obeys DOCKER_HOST. */
export async function dockerEngine(): Promise<Docker | undefined> {
  try {
    await new Docker({ timeout: PING_MS }).ping();
    return new Docker();
  } catch {
    return undefined;
  }
}

/** Whether the engine has the image of today's Dockerfile. */
export async function imageIsCurrent(docker: Docker): Promise<boolean> {
  return (await labelOf(docker)) === (await hashFiles(ROOT, [SOURCE]));
}

/** Builds the image; `note` hears of each step of the build. */
export async function buildImage(docker: Docker, note: (line: string) => void): Promise<void> {
  const hash = await hashFiles(ROOT, [SOURCE]);
  const base = await ensureBase(docker, note);
  const output: string[] = [];
  const stream = await docker.buildImage(
    { context: join(ROOT, SOURCE), src: ['.'] },
    { t: VM_IMAGE, buildargs: { BASE: base }, labels: { [HASH_LABEL]: hash }, forcerm: true },
  );
  try {
    await followed(docker, stream, (text) => {
      output.push(text);
      if (text.startsWith('Step ')) note(shortened(text.trim()));
    });
  } catch (error) {
    const tail = output.join('').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
    throw new Error(`The image ${VM_IMAGE} could not be built: ${(error as Error).message}\n${tail}`);
  }
}

function shortened(line: string): string {
  return line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH - 1)}…` : line;
}

async function labelOf(docker: Docker): Promise<string | undefined> {
  return docker
    .getImage(VM_IMAGE)
    .inspect()
    .then(
      (image) => image.Config.Labels?.[HASH_LABEL],
      (error: { statusCode?: number }) => {
        if (error.statusCode === 404) return undefined;
        throw error;
      },
    );
}
