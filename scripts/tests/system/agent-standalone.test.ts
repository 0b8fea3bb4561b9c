/**
 * Runs the agent from a copy of `agent/` and `protocol/` that contains only their production dependencies.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../lib/paths.ts';
import { runningVm, shell, untilOnline } from '../../testing/vms.ts';
import { World } from '../../testing/world.ts';

/** The fields of a package's entry in package-lock.json that this test reads. */
interface LockEntry {
  /** True for a workspace. `resolved` is then the workspace's folder. */
  link?: boolean;
  resolved?: string;
  optional?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** Matches packages of the hub, which must not be installed with an agent. */
const HUB_ONLY =
  /^(ioredis|@grpc\/.*|@google-cloud\/firestore|firebase-admin|@opentelemetry\/sdk.*|prom-client|sirv|@unicore\/server)$/;
/** Peer dependencies that are needed only for their types. */
const TYPES_ONLY = new Set(['typescript']);

const folder = mkdtempSync(join(tmpdir(), 'unicore-standalone-'));
const lock = (JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Lock })
  .packages;
type Lock = Record<string, LockEntry | undefined>;

const world = new World({});
const agentDir = join(world.folder, 'agent');
let run: ChildProcess | undefined;

beforeAll(async () => {
  await world.startHub();
});

afterAll(async () => {
  run?.kill('SIGKILL');
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Returns where a package finds its dependency, as Node searches for it. Undefined if the dependency is not
 * installed.
 */
function installed(from: string, name: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const path = join(at, 'node_modules', name);
    if (lock[path] !== undefined) return path;
    if (at === '.') return undefined;
  }
}

/** Returns the lock file paths of all production dependencies of a workspace, including other workspaces. */
function dependenciesOf(workspace: string): Set<string> {
  const found = new Set<string>();
  const walk = (from: string) => {
    const { dependencies, optionalDependencies, peerDependencies } = lock[from] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const path = TYPES_ONLY.has(name) ? undefined : installed(from, name);
      if (path === undefined || found.has(path)) continue;
      found.add(path);
      walk(lock[path]?.link ? lock[path].resolved! : path);
    }
  };
  walk(workspace);
  return found;
}

function copy(path: string, leaveOut: RegExp): void {
  cpSync(join(ROOT, path), join(folder, path), {
    recursive: true,
    filter: (source) => !leaveOut.test(source.slice(ROOT.length)),
  });
}

function agent(...args: string[]) {
  return [join(folder, 'agent/bin/unicore-agent.mjs'), ...args, '--data', agentDir];
}

const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: world.folder } };

async function command(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, agent(...args), options);
  return stdout;
}

test('the agent joins a hub, serves a shell and stops, without any package of the hub', async () => {
  const packages = dependenciesOf('agent');
  const names = [...packages].map((path) => path.slice(path.lastIndexOf('node_modules/') + 13));
  expect(names).toContain('@unicore/protocol');
  expect(names.filter((name) => HUB_ONLY.test(name))).toEqual([]);

  for (const workspace of ['agent', 'protocol']) copy(workspace, /node_modules|\/testing(\/|$)|test\.ts$/);
  for (const path of packages) {
    const { link, resolved = '', optional = false } = lock[path]!;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (link) symlinkSync(join(folder, resolved), join(folder, path));
    // The lock file also lists optional packages for other platforms, which are not installed.
    else if (!optional || existsSync(join(ROOT, path))) copy(path, new RegExp(`^/${path}/node_modules`));
  }

  const { secret } = await world.app.auth.joinToken((await world.app.auth.owner('owner')).userId);
  expect(await command('join', world.url, secret, '--runtime', 'process')).toContain(`Joined ${world.url}`);
  run = spawn(process.execPath, agent('run'), { ...options, stdio: 'ignore' });
  const exited = once(run, 'exit');
  const ada = await world.user();
  await untilOnline(ada, 1);
  const view = await shell(ada, await runningVm(ada));
  view.type('echo stand"alone"\r');
  await view.until(/^standalone/m);
  expect(await command('status')).toMatch(/Agent +running/);

  expect(await command('stop')).toBe('The agent has ended.\nThe keeper and all shells have ended.\n');
  expect(await exited).toEqual([0, null]);
  view.close();
});
