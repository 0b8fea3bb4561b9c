#!/usr/bin/env node
/**
 * Starts the agent's command line (`npx unicore-agent …`). In a clone of the repository, this file runs `npm
 * run agent`, which provides Node 24. Elsewhere it uses the Node that runs this file. It is plain JavaScript,
 * so that any Node from version 20 can run it.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

const NEEDED_MAJOR = 24;

const args = process.argv.slice(2);
const path = (relative) => join(import.meta.dirname, relative);
const cloneCommand = path('../../scripts/run.mjs');

if (existsSync(cloneCommand)) {
  start(cloneCommand, 'agent', ...args);
} else if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  const { NODE_FLAGS } = await import('../src/node/index.ts');
  start(...NODE_FLAGS, path('../src/cli.ts'), ...args);
} else {
  const remedy = 'Install it (nodejs.org or your package manager).';
  console.error(`unicore-agent needs Node ${NEEDED_MAJOR}, and this is ${process.version}. ${remedy}`);
  process.exitCode = 1;
}

function start(...nodeArgs) {
  // The IPC channel closes when this process is killed. The child then knows that its parent is gone.
  const child = spawn(process.execPath, nodeArgs, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  // A terminal sends Ctrl-C to the child itself. All other signals reach only this process, which forwards
  // them.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
