/** Tests of the command line as a person uses it: its output and its exit codes. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { loadState } from './state/index.ts';

/**
 * Time limit in ms. It is enough on a busy machine, and less than the 10 s in which a hub must answer an
 * agent.
 */
const AT_ONCE_MS = 8_000;
const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));

let dir: string;
let agentDir: string;
let hub: Server;
let hubUrl: string;
/** The hub's answer to a join. */
let joinAnswer: unknown;
let joinedWith: string | undefined;
let sockets: WebSocketServer;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unicore-cli-'));
  agentDir = join(dir, 'agent');
  joinAnswer = { result: { data: { providerId: 'p-1' } } };
  hub = createServer(async (request, response) => {
    const input = JSON.parse((await text(request)) || '{}') as { token?: string };
    joinedWith = input.token ?? joinedWith;
    const answers: Record<string, unknown> = {
      '/trpc/agent.join': joinAnswer,
      '/trpc/agent.challenge': { result: { data: { challenge: 'unicore-provider-challenge:p-1:x' } } },
      '/trpc/agent.token': { result: { data: { token: 'jwt', expiresAt: Date.now() + 900_000 } } },
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answers[request.url!]));
  });
  sockets = new WebSocketServer({ server: hub });
  await new Promise<void>((done) => hub.listen(0, '127.0.0.1', done));
  hubUrl = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await cli('stop');
  hub.closeAllConnections();
  await new Promise((done) => hub.close(done));
  await rm(dir, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function cli(...args: string[]): Promise<Ended> {
  const all = [CLI, ...args, '--data', agentDir];
  return new Promise((done) => {
    const child = execFile(process.execPath, all, (_error, out, err) =>
      done({ code: child.exitCode, out, err }),
    );
  });
}

const join_ = (...flags: string[]) =>
  cli('join', hubUrl, 'token', '--runtime', 'process', '--name', 'desk', ...flags);

/**
 * Starts `run`, and waits until the agent is connected to its keeper, so that no process is still starting.
 */
async function running(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CLI, 'run', '--data', agentDir], { stdio: 'ignore' });
  children.push(child);
  await expect.poll(() => loadState(agentDir)).toMatchObject({ pid: child.pid, keeper: 'connected' });
  return child;
}

/** The hub closes every socket of the agent, including sockets that are opened later. */
function closeSockets(code: number, reason: string): void {
  for (const ws of sockets.clients) ws.close(code, reason);
  sockets.on('connection', (ws) => ws.close(code, reason));
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done(child.exitCode)));
}

describe('join', () => {
  test('prints the provider, and what VMs are here', async () => {
    const { code, out } = await join_();
    expect(code).toBe(0);
    expect(out).toMatch(
      new RegExp(`Joined ${hubUrl} as desk \\(p-1\\)\\.\n.*not isolated.*\n.*npm run agent -- run`),
    );
  });

  test.each([
    ['a wrong address', ['join', 'hub', 't'], /"hub" is no address of a hub. Write it like https:/],
    [
      'a hub that is not there',
      ['join', 'http://127.0.0.1:1', 't', '--runtime', 'process'],
      /cannot be reached: .*Check the address/,
    ],
    ['an unknown runtime', ['join', 'http://127.0.0.1:1', 't', '--runtime', 'podman'], /docker, process/],
    [
      'a remote hub for VMs that are not isolated',
      ['join', 'https://example.org', 't', '--runtime', 'process'],
      /--allow-unisolated-remote-hub/,
    ],
    [
      'a remote hub that is not encrypted',
      ['join', 'http://example.org', 't', '--runtime', 'docker'],
      /--insecure/,
    ],
  ])('%s is refused in one sentence', async (_what, args, sentence) => {
    const { code, err } = await cli(...args);
    expect(code).toBe(1);
    expect(err).toMatch(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('a token that begins with a dash is not taken for an option', async () => {
    const token = `-${'x'.repeat(41)}-`;
    expect(await cli('join', hubUrl, token, '--runtime', 'process')).toMatchObject({ code: 0, err: '' });
    expect(joinedWith).toBe(token);
  });

  test('a used token and a second join are refused', async () => {
    const message = 'The join token was used already.';
    joinAnswer = { error: { message, code: -32001, data: { code: 'UNAUTHENTICATED', message } } };
    expect(await join_()).toMatchObject({ code: 1, err: `unicore-agent: ${message}\n` });
    joinAnswer = { result: { data: { providerId: 'p-1' } } };
    await join_();
    expect(await join_()).toMatchObject({ code: 1, err: expect.stringMatching(/already joined/) });
  });
});

describe('run', () => {
  test('a signal ends it at once, with success', async () => {
    await join_();
    const child = await running();
    const before = performance.now();
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
    expect(performance.now() - before).toBeLessThan(AT_ONCE_MS);
  });

  test('without having joined it says how to join', async () => {
    expect(await cli('run')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/npm run agent -- join HUB TOKEN/),
    });
  });

  test('a second one for the same folder is refused', async () => {
    await join_();
    const child = await running();
    expect(await cli('run')).toMatchObject({ code: 1, err: expect.stringMatching(`process ${child.pid}`) });
  });

  test('a revoked provider ends, with an exit code that tells a supervisor not to restart it', async () => {
    await join_();
    const run = cli('run');
    // Wait for the keeper. `stop` ends only a keeper that listens, so a keeper that is still starting would
    // keep running.
    await expect.poll(() => loadState(agentDir)).toMatchObject({ keeper: 'connected' });
    closeSockets(4030, 'The owner removed this provider.');
    const { code, err } = await run;
    expect(code).toBe(78);
    expect(err).toMatch(/The owner removed this provider\..*new join token/);
  });

  test('a provider that was revoked while it was away ends at its first connection', async () => {
    await join_();
    const child = await running();
    child.kill();
    await ended(child);
    closeSockets(4030, 'The owner removed this provider.');
    expect(await cli('run')).toMatchObject({ code: 78, err: expect.stringMatching(/new join token/) });
  });
});

describe('status', () => {
  test('without having joined', async () => {
    expect(await cli('status')).toMatchObject({ code: 1, err: expect.stringMatching(/has not joined/) });
  });

  test('of an agent that does not run, and of one that was killed', async () => {
    await join_();
    const before = await cli('status');
    expect(before).toMatchObject({ code: 3, out: expect.stringMatching(/Agent +not running/) });
    const child = await running();
    child.kill('SIGKILL');
    await ended(child);
    expect(await cli('status')).toMatchObject({ code: 3, out: expect.stringMatching(/Agent +not running/) });
  });

  test('of an agent that runs, for people and for programs', async () => {
    await join_();
    const child = await running();
    const { code, out } = await cli('status');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Hub +${hubUrl}\nProvider +desk \\(p-1\\)`));
    expect(out).toMatch(new RegExp(`Agent +running since .* \\(process ${child.pid}\\)`));
    const json = JSON.parse((await cli('status', '--json')).out);
    expect(json).toMatchObject({
      running: true,
      config: { hub: hubUrl },
      state: { pid: child.pid, vms: [] },
    });
  });

  test('the error for a damaged file names it', async () => {
    await join_();
    await writeFile(join(agentDir, 'agent.json'), '{}');
    expect(await cli('status')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/agent\.json is damaged/),
    });
  });
});

test('stop ends the agent and its keeper, and is harmless if none runs', async () => {
  await join_();
  const child = await running();
  const { code, out } = await cli('stop');
  expect(code).toBe(0);
  expect(out).toMatch(/The agent has ended\.\nThe keeper and all shells have ended\./);
  expect(await ended(child)).toBe(0);
  expect(await cli('stop')).toMatchObject({ code: 0, out: 'No agent was running.\n' });
});
