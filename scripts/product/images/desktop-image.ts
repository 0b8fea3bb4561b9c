/**
 * Defines the container image of desktops: Xvnc, Openbox, Chromium, and the agent's code that runs them. It is
 * built from the folder agent/images/desktop, with the npm dependencies prepared on this machine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Image } from './image.ts';
import { nodeBase } from './image-base.ts';
import { copyProduct, installDependencies, MANIFESTS } from './product-files.ts';

const SOURCE = 'agent/images/desktop';
const FILES = [...MANIFESTS, SOURCE, 'protocol/src', 'agent/src'];

export const DESKTOP_IMAGE: Image = {
  name: 'unicore/desktop:latest',
  sources: FILES,
  async prepare(docker, note) {
    const base = await nodeBase(docker, note, 'trixie');
    const folder = await mkdtemp(join(tmpdir(), 'unicore-desktop-image-'));
    const remove = () => rm(folder, { recursive: true, force: true });
    try {
      await copyProduct(FILES, folder);
      note('getting the dependencies');
      await installDependencies(docker, folder, ['protocol', 'agent']);
    } catch (error) {
      await remove();
      throw error;
    }
    return {
      folder,
      dockerfile: join(SOURCE, 'Dockerfile'),
      args: { BASE: base },
      [Symbol.asyncDispose]: remove,
    };
  },
};
