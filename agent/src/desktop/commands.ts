/**
 * The commands of unicore-desktop. `hold` runs a desktop: its display, its browser, and the socket on which others
 * reach them. `join` connects stdin and stdout to that socket. `health` asks the desktop how it is. `dial` runs a
 * desktop in a container that dials its hub, as on Cloud Run.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { UniCoreError } from '@unicore/protocol';
import { Command } from 'commander';
import { type Logger, pino } from 'pino';
import { z } from 'zod';
import { DiallerOrder, runDialler, superviseDialler } from './dial/index.ts';
import { askHealth } from './health.ts';
import { END_FILE, HOLDER_SOCKET, HoldOrder, monotonicMs } from './holder/index.ts';
import { joinHolder } from './join.ts';
import { startHolder } from './session/index.ts';

const EXIT_FAILED = 1;

interface HoldFlags {
  url?: string;
  reachable: string[];
  sharesNetwork?: boolean;
  started?: number;
}

/** The folder of the desktop. In a container, the image sets this variable. */
const FOLDER = process.env.UNICORE_DESKTOP_FOLDER;

const program = new Command('unicore-desktop').description(
  'Runs one desktop: a browser that others see and drive.',
);

program
  .command('hold')
  .description('run the desktop until its end')
  .argument('<folder>', "the desktop's own folder")
  .argument('<order>', 'session, attempt, scale and limits as JSON')
  .option('--url <url>', 'the first page')
  .option(
    '--reachable <range>',
    'range of private addresses that the desktop may reach; repeatable',
    collect,
    [],
  )
  .option('--shares-network', 'other programs use the same network interfaces')
  .option('--started <ms>', 'when the container was started, by the monotonic clock', Number)
  .action(hold);

program
  .command('join')
  .description('connect stdin and stdout to the desktop')
  .argument('<socket>', "path of the socket in the desktop's own folder")
  .action(joinHolder);

program
  .command('health')
  .description('exit with 0 if the desktop runs')
  .argument('[folder]', "the desktop's own folder", FOLDER)
  .action(async (folder: string) => process.exit(await askHealth(folder)));

program
  .command('dial')
  .description('run the desktop that the environment describes, and connect it to its hub')
  .argument('[folder]', "the desktop's own folder", FOLDER)
  .action((folder: string) => superviseDialler(fileURLToPath(import.meta.url), folder));

program
  .command('dialler', { hidden: true })
  .argument('<folder>', "the desktop's own folder")
  .action(async (folder: string) => {
    const stop = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
    const order = DiallerOrder.parse(await json(process.stdin));
    await runDialler(order, { folder, log: stderrLog(), stop: stop.signal });
  });

/** Logs go to stderr, because the last line of stdout must be the holder's last status. */
function stderrLog(): Logger {
  return pino({ base: null }, pino.destination({ dest: 2, sync: true }));
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

async function hold(
  folder: string,
  text: string,
  { url, reachable, sharesNetwork, started }: HoldFlags,
): Promise<void> {
  const { sessionId, attempt, scale, lifeMs, idleMs, budget, sandbox } = readOrder(text);
  const log = stderrLog();
  process.title = `unicore-desktop ${sessionId}`;
  const holder = await startHolder({
    sessionId,
    attempt,
    socketPath: join(folder, HOLDER_SOCKET),
    limits: { lifeMs, idleMs, ...(budget && { budget }) },
    ageMs: started === undefined ? process.uptime() * 1000 : monotonicMs() - started,
    programs: {
      folder,
      scale,
      reachable,
      ...(url !== undefined && { startUrl: url }),
      allowUnsandboxed: sandbox === 'optional',
      ...(sharesNetwork !== undefined && { sharesNetwork }),
    },
    log,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void holder.end('SESSION_ENDED', 'Its machine stops it.'));
  }
  const status = await holder.ended;
  writeFileSync(join(folder, END_FILE), JSON.stringify(status), { mode: 0o600 });
  console.log(JSON.stringify(status));
  if (status.phase === 'failed') process.exitCode = EXIT_FAILED;
}

function readOrder(text: string): HoldOrder {
  try {
    return HoldOrder.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'it is not JSON.';
    throw new UniCoreError('BAD_REQUEST', `The order of the desktop is wrong: ${why}`, { cause: error });
  }
}

try {
  await program.parseAsync();
  process.exit();
} catch (error) {
  if (!(error instanceof UniCoreError)) throw error;
  console.error(`unicore-desktop: ${error.message}`);
  process.exit(EXIT_FAILED);
}
