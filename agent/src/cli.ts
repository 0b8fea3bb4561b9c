#!/usr/bin/env node
/**
 * The command unicore-agent. It makes this machine a provider (a machine that runs VMs for others), runs the
 * agent, and shows the agent's status.
 */
import { resolve } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { Command, Option } from 'commander';
import { VERSION } from './agent/index.ts';
import { formatStatus, joinHub, readStatus, run, stop } from './commands/index.ts';
import { defaultAgentDir, type RuntimeKind } from './identity/index.ts';
import { dockerSocket } from './runtime/index.ts';

/** Exit code for any failure. The printed message says what to do. */
const EXIT_FAILED = 1;
/** Exit code of `status` if no agent runs on this machine. Service managers expect this code. */
const EXIT_NOT_RUNNING = 3;
/**
 * Exit code if the hub revoked this provider, so that starting the agent again does not help. The code is
 * EX_CONFIG of sysexits.h.
 */
const EXIT_REVOKED = 78;

/**
 * Matches a join token that begins with a dash: 256 random bits in base64url. No option of this command is
 * that long.
 */
const DASHED_TOKEN = /^-[\w-]{42}$/;

interface JoinFlags {
  data: string;
  name?: string;
  runtime?: RuntimeKind;
  insecure?: boolean;
  allowUnisolatedRemoteHub?: boolean;
  regionsUnder?: string;
}

const program = new Command('unicore-agent')
  .description("Share this machine's spare capacity with a UniCore hub. Nothing here listens on the network.")
  .version(VERSION);

const dataOption = () =>
  new Option('--data <dir>', "the agent's folder")
    .default(defaultAgentDir(process.env))
    .argParser((path: string) => resolve(path));

program
  .command('join')
  .description('become a provider of a hub, with a join token from its page')
  .argument('<hub>', 'address of the hub, such as https://hub.example.org')
  .argument('<token>', 'join token; good for one join')
  .option('--name <name>', 'what the hub calls this machine (default: its host name)')
  .addOption(dataOption())
  .addOption(
    new Option('--runtime <kind>', 'what a VM is here (default: docker where it answers)').choices([
      'docker',
      'process',
    ]),
  )
  .option('--insecure', 'join a hub on another machine over plain http')
  .option(
    '--allow-unisolated-remote-hub',
    'let users of a hub on another machine work as your own user, unisolated',
  )
  .option(
    '--regions-under <domain>',
    "trust the hub when it names hubs of other regions under this domain (default: the hub's host)",
  )
  .action(async (hub: string, token: string, { data, ...flags }: JoinFlags) => {
    const config = await joinHub({
      agentDir: data,
      hub,
      token,
      socketPath: dockerSocket(process.env),
      ...flags,
    });
    console.log(`Joined ${config.hub} as ${config.name} (${config.providerId}).`);
    if (config.runtime === 'docker') console.log('VMs here are Docker containers.');
    else
      console.log(
        'VMs here are not isolated: their users work as your own user. Install Docker to isolate them.',
      );
    console.log('Now start it: npm run agent -- run');
  });

program
  .command('run')
  .description('run the agent until it is stopped; VMs, desktops and shells keep running without it')
  .addOption(dataOption())
  .addOption(
    new Option('--log-level <level>', 'how much is logged')
      .choices(['debug', 'info', 'warn', 'error'])
      .default('info'),
  )
  .option(
    '--desktops',
    "let the hub's owner start desktops (remote browsers) here; the hub must be on this machine",
  )
  .action((options: { data: string; logLevel: string; desktops?: boolean }) => {
    // Set the process name, so that the machine's owner recognises the agent in a list of processes.
    process.title = 'unicore-agent';
    return run(options, process.env);
  });

program
  .command('status')
  .description('hub, connection, VMs, desktops; exits with 3 when the agent does not run')
  .addOption(dataOption())
  .option('--json', 'for programs')
  .action(async ({ data, json }: { data: string; json?: boolean }) => {
    const status = await readStatus(data);
    console.log(json ? JSON.stringify(status, null, 2) : formatStatus(status));
    if (!status.running) process.exitCode = EXIT_NOT_RUNNING;
  });

program
  .command('stop')
  .description('end the agent and every shell; containers and desktops keep running unless --vms is given')
  .addOption(dataOption())
  .option('--vms', 'stop the containers and end the desktops, too')
  .action(async (options: { data: string; vms?: boolean }) => {
    for (const line of await stop(options, process.env)) console.log(line);
  });

/** Moves a join token that begins with a dash behind `--`, so that the token is not parsed as an option. */
function tokenLast(args: string[]): string[] {
  const dashed = args.filter((arg) => DASHED_TOKEN.test(arg));
  if (dashed.length === 0) return args;
  return [...args.filter((arg) => !DASHED_TOKEN.test(arg)), '--', ...dashed];
}

try {
  await program.parseAsync(tokenLast(process.argv.slice(2)), { from: 'user' });
  // Exit even if something is still open, such as the event stream of the Docker engine.
  process.exit();
} catch (error) {
  if (!(error instanceof UniCoreError)) throw error;
  console.error(`unicore-agent: ${error.message}`);
  process.exit(error.code === 'REVOKED' ? EXIT_REVOKED : EXIT_FAILED);
}
