#!/usr/bin/env node
/**
 * The command unicore-desktop. `hold` runs a desktop: its display, its browser, and the socket on which others
 * reach them. `join` connects stdin and stdout to that socket. `health` asks the desktop how it is.
 */
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { systemClock, UniCoreError } from '@unicore/protocol';
import { Command, Option } from 'commander';
import { pino } from 'pino';
import { greet } from '../local/index.ts';
import {
  endFile,
  type HolderMethods,
  type HolderNews,
  HolderStatus,
  holderSocket,
  startHolder,
} from './holder/index.ts';

const EXIT_FAILED = 1;
/** Default limits, ms. */
const LIFE_MS = 60 * 60_000;
const IDLE_MS = 15 * 60_000;

interface HoldFlags {
  folder: string;
  session: string;
  attempt: string;
  scale: string;
  lifeMs: string;
  idleMs: string;
  startUrl?: string;
  allowUnsandboxed?: boolean;
}

const program = new Command('unicore-desktop').description(
  'Runs one desktop: a browser that others see and drive.',
);
const folder = () => new Option('--folder <dir>', "the desktop's own folder").makeOptionMandatory();

program
  .command('hold')
  .description('run the desktop until its end')
  .addOption(folder())
  .requiredOption('--session <id>', 'id of the session')
  .option('--attempt <number>', 'number of this start', '1')
  .option('--scale <number>', 'device pixels per CSS pixel', '1')
  .option('--life-ms <ms>', 'longest life', String(LIFE_MS))
  .option('--idle-ms <ms>', 'longest time without input', String(IDLE_MS))
  .option('--start-url <url>', 'the first page')
  .option('--allow-unsandboxed', 'go on where this machine permits Chromium no sandbox')
  .action(hold);

program
  .command('join')
  .description('connect stdin and stdout to the desktop')
  .addOption(folder())
  .action(async ({ folder }: { folder: string }) => {
    const socket = connect(holderSocket(folder));
    await Promise.all([pipeline(process.stdin, socket), pipeline(socket, process.stdout)]);
  });

program
  .command('health')
  .description('exit with 0 if the desktop runs')
  .addOption(folder())
  .action(async ({ folder }: { folder: string }) => {
    const news: HolderNews = { changed: async () => {} };
    const holder = await greet<HolderMethods, HolderNews>(connect(holderSocket(folder)), systemClock, news);
    const { phase, reason } = HolderStatus.parse(await holder.control.status());
    console.log(reason === null ? phase : `${phase}: ${reason}`);
    if (phase !== 'running') process.exitCode = EXIT_FAILED;
    holder.leg.close('OK', '');
  });

async function hold(flags: HoldFlags): Promise<void> {
  const log = pino({ base: { pid: process.pid } }, pino.destination({ dest: 2, sync: true }));
  const { folder, session: sessionId, startUrl, allowUnsandboxed } = flags;
  process.title = `unicore-desktop ${sessionId}`;
  const holder = await startHolder({
    sessionId,
    attempt: Number(flags.attempt),
    socketPath: holderSocket(folder),
    limits: { lifeMs: Number(flags.lifeMs), idleMs: Number(flags.idleMs) },
    programs: {
      folder,
      scale: flags.scale === '2' ? 2 : 1,
      ...(startUrl !== undefined && { startUrl }),
      ...(allowUnsandboxed !== undefined && { allowUnsandboxed }),
    },
    log,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void holder.end('SESSION_ENDED', 'Its machine stops it.'));
  }
  const status = await holder.ended;
  writeFileSync(endFile(folder), JSON.stringify(status), { mode: 0o600 });
  // Whoever started the holder in a container finds its last status in the container's output.
  console.log(JSON.stringify(status));
}

try {
  await program.parseAsync();
  process.exit();
} catch (error) {
  if (!(error instanceof UniCoreError)) throw error;
  console.error(`unicore-desktop: ${error.message}`);
  process.exit(EXIT_FAILED);
}
