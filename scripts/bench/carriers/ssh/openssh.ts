/**
 * Starts an OpenSSH server and an OpenSSH client on loopback. They use their own configuration and keys, not
 * those of the user.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@unicore/server/free-port';
import { install, mayInstall, missing, type Need } from '../../../check/debian.ts';
import { exec } from '../../../lib/exec.ts';

/** sshd refuses to start unless it is called by its absolute path. */
const SSHD = '/usr/sbin/sshd';
/** When sshd runs as root, it needs this folder to isolate its unprivileged process (privilege separation). */
const PRIVSEP_DIR = '/run/sshd';
/** Time limit for sshd or ssh to start, ms. A start takes this long only if the program hangs. */
const START_LIMIT_MS = 20_000;

const NEEDS: readonly Need[] = [
  { package: 'openssh-server', command: SSHD, suites: 'bench' },
  { package: 'openssh-client', command: 'ssh', suites: 'bench' },
];

export interface Started {
  process: ChildProcess;
  port: number;
}

/**
 * Installs missing OpenSSH packages if this process is root on Debian. Otherwise throws an error that names
 * the packages.
 */
export async function bringOpenSsh(): Promise<void> {
  const lacking = await missing(NEEDS);
  if (lacking.length === 0) return;
  if (mayInstall()) return install(lacking);
  const names = lacking.map((need) => need.package).join(' and ');
  throw new Error(`${names} must be installed (the bench does it as root on Debian)`);
}

export async function startServer(folder: string): Promise<Started> {
  if (process.getuid?.() === 0 && !existsSync(PRIVSEP_DIR)) await mkdir(PRIVSEP_DIR, { mode: 0o755 });
  for (const key of ['host', 'user']) {
    await exec('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
  }
  const port = await freePort();
  const config = join(folder, 'sshd_config');
  await writeFile(
    config,
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${join(folder, 'host')}`,
      `AuthorizedKeysFile ${join(folder, 'user.pub')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin yes',
      'AllowTcpForwarding remote',
      '',
    ].join('\n'),
  );
  const server = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  await said(server, /Server listening on/);
  return { process: server, port };
}

/**
 * Starts the SSH client. sshd listens on the returned port of 127.0.0.1. SSH forwards each connection from
 * there to the port `farPort`.
 */
export async function startClient(folder: string, serverPort: number, farPort: number): Promise<Started> {
  const options = {
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    ExitOnForwardFailure: 'yes',
  };
  const args = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const client = spawn(
    'ssh',
    // With `-F none`, ssh ignores the user's own SSH configuration.
    ['-F', 'none', ...args, '-N', '-i', join(folder, 'user'), '-p', String(serverPort)].concat([
      '-R',
      `127.0.0.1:0:127.0.0.1:${farPort}`,
      `${userInfo().username}@127.0.0.1`,
    ]),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const [, port] = await said(client, /Allocated port (\d+)/);
  return { process: client, port: Number(port) };
}

/**
 * Resolves when a line of the program's output matches the pattern. If the program ends before that, rejects
 * with all its output.
 */
async function said(program: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
  const lines: string[] = [];
  const fail = () => reject(new Error(`OpenSSH did not start:\n${lines.join('\n')}`));
  const limit = setTimeout(fail, START_LIMIT_MS);
  program.on('error', reject);
  program.on('exit', fail);
  createInterface(program.stderr!).on('line', (line) => {
    lines.push(line);
    const match = pattern.exec(line);
    if (match) resolve(match);
  });
  return promise.finally(() => clearTimeout(limit));
}
