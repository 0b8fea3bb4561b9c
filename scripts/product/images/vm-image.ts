/** Defines the container image of VMs, which is built from the folder agent/images/vm. */
import { join } from 'node:path';
import { ROOT } from '../../lib/paths.ts';
import type { Image } from './image.ts';
import { debianBase } from './image-base.ts';

const SOURCE = 'agent/images/vm';

export const VM_IMAGE: Image = {
  name: 'unicore/vm:latest',
  sources: [SOURCE],
  async prepare(docker, note) {
    return {
      folder: join(ROOT, SOURCE),
      dockerfile: 'Dockerfile',
      args: { BASE: await debianBase(docker, note) },
      async [Symbol.asyncDispose]() {},
    };
  },
};
