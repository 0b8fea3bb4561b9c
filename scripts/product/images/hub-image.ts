/**
 * Defines the container image of a hub. It is built from server/Dockerfile, with the page and the npm
 * dependencies prepared on this machine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWeb, WEB_SOURCES, webIsCurrent } from '../web.ts';
import type { Image } from './image.ts';
import { nodeBase } from './image-base.ts';
import { copyProduct, installDependencies, MANIFESTS } from './product-files.ts';

const DOCKERFILE = 'server/Dockerfile';
const TOOLS = ['node-flags.ts', 'trim-modules.ts'].map((name) => `scripts/lib/${name}`);
const FILES = [...MANIFESTS, ...TOOLS, DOCKERFILE, 'protocol/src', 'server/src'];

export const HUB_IMAGE: Image = {
  name: 'unicore/hub:latest',
  sources: [...new Set([...FILES, ...WEB_SOURCES])],
  async prepare(docker, note) {
    const base = await nodeBase(docker, note);
    if (!(await webIsCurrent())) {
      note('building the page');
      await buildWeb();
    }
    const folder = await mkdtemp(join(tmpdir(), 'unicore-hub-image-'));
    const remove = () => rm(folder, { recursive: true, force: true });
    try {
      await copyProduct([...FILES, 'client/dist'], folder);
      note('getting the dependencies');
      await installDependencies(docker, folder, ['protocol', 'server']);
    } catch (error) {
      await remove();
      throw error;
    }
    return {
      folder,
      dockerfile: DOCKERFILE,
      args: { BASE: base, MADE: 'yes' },
      [Symbol.asyncDispose]: remove,
    };
  },
};
