/** Puts UniCore's own files and its npm dependencies into the folder from which an image is built. */
import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type Docker from 'dockerode';
import { exec } from '../../lib/exec.ts';
import { ROOT, TOOLCHAIN } from '../../lib/paths.ts';
import { trimModules } from '../../lib/trim-modules.ts';

/** Files from which npm reads the packages to install and their versions. */
export const MANIFESTS = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  ...['protocol', 'server', 'agent', 'client', 'scripts'].map((name) => `${name}/package.json`),
];
/** Matches names of test files and test folders, which a running program never opens. */
const TESTS = /\.((docker|desktop)-)?test\.ts$|^testing$/;
/** Maps Docker's name of a CPU architecture to Node's name of the same architecture. */
const CPUS: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64' };

/** Copies files and folders of the project, without tests. */
export async function copyProduct(paths: readonly string[], folder: string): Promise<void> {
  for (const path of paths) {
    await cp(join(ROOT, path), join(folder, path), {
      recursive: true,
      filter: (source) => !TESTS.test(basename(source)),
    });
  }
}

/**
 * Installs the dependencies of workspaces with this machine's npm and npm settings, for the CPU of the Docker
 * engine. The folder has the MANIFESTS already.
 */
export async function installDependencies(
  docker: Docker,
  folder: string,
  workspaces: readonly string[],
): Promise<void> {
  const env = { ...process.env };
  // An outer `npm run` sets variables that describe its own package. They are deleted, because the inner npm
  // would otherwise read them as its own settings.
  for (const name of Object.keys(env))
    if (/^npm_(package|lifecycle)_|^npm_config_local_prefix$/.test(name)) delete env[name];
  const npm = join(TOOLCHAIN, 'node_modules/npm/bin/npm-cli.js');
  const which = ['--omit=dev', ...workspaces.flatMap((name) => ['--workspace', name])];
  const machine = ['--os=linux', `--cpu=${await cpuOf(docker)}`, '--libc=glibc'];
  await exec(process.execPath, [npm, 'ci', ...which, ...machine, '--ignore-scripts', '--prefer-offline'], {
    cwd: folder,
    env,
  });
  await trimModules(join(folder, 'node_modules'));
}

async function cpuOf(docker: Docker): Promise<string> {
  const { Architecture } = (await docker.info()) as { Architecture: string };
  return CPUS[Architecture] ?? Architecture;
}
