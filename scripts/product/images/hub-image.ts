/**
 * Defines the container image of a hub. It is built from server/Dockerfile, with the page and the npm
 * dependencies prepared on this machine.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type Docker from 'dockerode';
import { exec } from '../../lib/exec.ts';
import { ROOT, TOOLCHAIN } from '../../lib/paths.ts';
import { trimModules } from '../../lib/trim-modules.ts';
import { buildWeb, WEB_SOURCES, webIsCurrent } from '../web.ts';
import type { Image } from './image.ts';
import { nodeBase } from './image-base.ts';

const DOCKERFILE = 'server/Dockerfile';
/** Files from which npm reads the packages to install and their versions. */
const MANIFESTS = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  ...['protocol', 'server', 'agent', 'client', 'scripts'].map((name) => `${name}/package.json`),
];
const TOOLS = ['node-flags.ts', 'trim-modules.ts'].map((name) => `scripts/lib/${name}`);
const FILES = [...MANIFESTS, ...TOOLS, DOCKERFILE, 'protocol/src', 'server/src'];
/** Matches names of test files and test folders, which a running hub never opens. */
const TESTS = /\.(docker-)?test\.ts$|^testing$/;
/** Maps Docker's name of a CPU architecture to Node's name of the same architecture. */
const CPUS: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64' };

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
      for (const path of [...FILES, 'client/dist']) {
        await cp(join(ROOT, path), join(folder, path), {
          recursive: true,
          filter: (source) => !TESTS.test(basename(source)),
        });
      }
      note('getting the dependencies');
      await install(folder, await cpuOf(docker));
      await trimModules(join(folder, 'node_modules'));
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

async function cpuOf(docker: Docker): Promise<string> {
  const { Architecture } = (await docker.info()) as { Architecture: string };
  return CPUS[Architecture] ?? Architecture;
}

/** Installs dependencies with this machine's npm and npm settings, for the CPU of the Docker engine. */
async function install(folder: string, cpu: string): Promise<void> {
  const env = { ...process.env };
  // An outer `npm run` sets variables that describe its own package. They are deleted, because the inner npm
  // would otherwise read them as its own settings.
  for (const name of Object.keys(env))
    if (/^npm_(package|lifecycle)_|^npm_config_local_prefix$/.test(name)) delete env[name];
  const npm = join(TOOLCHAIN, 'node_modules/npm/bin/npm-cli.js');
  const which = ['--omit=dev', '--workspace', 'protocol', '--workspace', 'server'];
  const machine = ['--os=linux', `--cpu=${cpu}`, '--libc=glibc'];
  await exec(process.execPath, [npm, 'ci', ...which, ...machine, '--ignore-scripts', '--prefer-offline'], {
    cwd: folder,
    env,
  });
}
