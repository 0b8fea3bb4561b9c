/** Runs `npm start` for tests: with real processes, a free port, and a data folder of the test's own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createUniCore, type UniCore } from '@unicore/client/sdk';
import { exec } from '../lib/exec.ts';
import { ROOT } from '../lib/paths.ts';

/** Time limit for a first start, which builds the web app, in ms. */
const START_LIMIT_MS = 120_000;
/** Docker address at which no engine answers, so that VMs are processes. */
const NO_ENGINE = 'unix:///nonexistent/docker.sock';

export class Started {
  readonly url: string;
  readonly link: string;
  readonly token: string;
  /** Time from the command to the printed link, in ms. */
  readonly tookMs: number;
  readonly #process: ChildProcess;
  readonly #data: string;

  private constructor(process: ChildProcess, data: string, output: string, tookMs: number) {
    this.#process = process;
    this.#data = data;
    this.tookMs = tookMs;
    this.link = found(output, /(http\S+\/login\?key=\S+)/);
    this.url = new URL(this.link).origin;
    this.token = found(output, /Bearer token for scripts: (\S+)/);
  }

  /** Starts `npm start`. Port 0 means any free port. With `docker`, this machine's Docker engine is used. */
  static async start(
    data: string,
    { port = 0, docker = false, args = [] as string[], env = {} as NodeJS.ProcessEnv } = {},
  ): Promise<Started> {
    const began = performance.now();
    const script = join(ROOT, 'scripts/start.ts');
    const options = ['--port', String(port), '--data', data, '--no-open', '--token', ...args];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', ...(docker ? {} : { DOCKER_HOST: NO_ENGINE }), ...env },
    });
    let output = '';
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const limit = setTimeout(() => reject(new Error(`npm start is not ready:\n${output}`)), START_LIMIT_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('Bearer token')) resolve();
      });
    }
    child.once('exit', () => reject(new Error(`npm start ended:\n${output}`)));
    await promise.finally(() => clearTimeout(limit));
    return new Started(child, data, output, performance.now() - began);
  }

  sdk(): UniCore {
    return createUniCore({ url: this.url, getToken: () => this.token });
  }

  /** Returns the process ids of two children: the hub and the agent's tunnel process. */
  async pids(): Promise<{ hub: number; agent: number }> {
    const listing = await this.#children();
    return {
      hub: Number(found(listing, /^\s*(\d+) unicore-hub/m)),
      agent: Number(found(listing, /^\s*(\d+) unicore-agent/m)),
    };
  }

  /** Returns the process ids of all children whose command begins with this text, oldest first. */
  async childrenOf(command: string): Promise<number[]> {
    const lines = (await this.#children()).split('\n').map((line) => line.trim().split(' ', 2));
    return lines.filter(([, name]) => name?.startsWith(command)).map(([pid]) => Number(pid));
  }

  async #children(): Promise<string> {
    return exec('ps', ['-o', 'pid=,args=', '--sort', 'start_time,pid', '--ppid', String(this.#process.pid)]);
  }

  /** Returns the process id of the agent's keeper, which is detached from `npm start`. */
  async keeper(): Promise<number> {
    const listing = await exec('ps', ['-eo', 'pid=,args=']);
    const line = listing.split('\n').find((one) => one.includes(`unicore-keeper ${this.#data}/agent`));
    return Number(found(line ?? '', /^\s*(\d+) /));
  }

  /** Stops `npm start` in the same way as Ctrl-C. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exited;
  }
}

/** Stops the shells and the keeper that an agent has left running. */
export async function stopAgent(data: string): Promise<void> {
  const cli = join(ROOT, 'agent/src/cli.ts');
  await exec(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    cli,
    'stop',
    '--data',
    join(data, 'agent'),
  ]);
}

function found(text: string, pattern: RegExp): string {
  const match = pattern.exec(text)?.[1];
  if (match === undefined) throw new Error(`${pattern} is not in:\n${text}`);
  return match;
}
