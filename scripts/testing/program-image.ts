/**
 * Makes a container image from programs of this machine and their libraries, to replace an image from a
 * registry.
 */
import { cp, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type Docker from 'dockerode';
import { exec } from '../lib/exec.ts';
import { followed } from '../product/images/image-base.ts';

/** Makes an image of this name that contains only these programs. They are in the image's PATH. */
export async function makeProgramImage(
  docker: Docker,
  name: string,
  programs: readonly string[],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'unicore-program-'));
  try {
    for (const program of programs) {
      const path = (await exec('sh', ['-c', 'command -v "$1"', 'sh', program])).trim();
      await cp(await realpath(path), join(folder, 'bin', basename(path)));
      for (const library of (await exec('ldd', [path])).match(/\/\S+/g) ?? []) {
        await cp(await realpath(library), join(folder, 'root', library));
      }
    }
    await writeFile(
      join(folder, 'Dockerfile'),
      'FROM scratch\nCOPY root /\nCOPY bin /usr/local/bin\nENV PATH=/usr/local/bin\n',
    );
    const stream = await docker.buildImage({ context: folder, src: ['.'] }, { t: name, forcerm: true });
    await followed(docker, stream);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
