#!/usr/bin/env node
/**
 * `npx unicore-agent …`: starts the command line on Node 24. An older Node starts the Node 24 that `npm run setup` brought
 * into the clone, if there is one. So this file is plain JavaScript for any Node from 20 on.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;

const [, self, ...args] = process.argv;
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const clonesNode = path(`../../.toolchain/node_modules/node-${process.platform}-${process.arch}/bin/node`);

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  const { NODE_FLAGS } = await import('../src/node/index.ts');
  start(process.execPath, ...NODE_FLAGS, path('../src/cli.ts'), ...args);
} else if (existsSync(clonesNode)) {
  start(clonesNode, self, ...args);
} else {
  const remedy = existsSync(path('../../scripts/run.mjs'))
    ? 'run "npm run setup" once, which brings it'
    : 'install it (nodejs.org or your package manager)';
  console.error(`unicore-agent needs Node ${NEEDED_MAJOR}, and this is ${process.version}: ${remedy}.`);
  process.exitCode = 1;
}

function start(node, ...nodeArgs) {
  // The IPC channel tells the agent if this process is killed.
  const child = spawn(node, nodeArgs, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  // A terminal sends Ctrl-C to the agent itself. All other signals arrive only here.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
