/** The command `unicore-desktop`, which runs in the container of a desktop. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UniCoreError } from '@unicore/protocol';
import { pino } from 'pino';
import { readBanner, startPrograms } from './programs/index.ts';

const HELP = `unicore-desktop hold      runs the programs, and prints their phases as JSON lines
unicore-desktop health    ends with code 0 if the desktop answers
  --folder PATH      the desktop's own folder          (UNICORE_DESKTOP_FOLDER)
  --size WxH         size of the screen, 1280x720
  --scale 1|2        pixels for each CSS pixel
  --url URL          the first page
  --reachable RANGE  an address or range that is not public and may be reached; repeatable
  --allow-unsandboxed`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: 'string', default: process.env.UNICORE_DESKTOP_FOLDER ?? '/desktop' },
    size: { type: 'string', default: '1280x720' },
    scale: { type: 'string', default: '1' },
    url: { type: 'string', default: 'about:blank' },
    reachable: { type: 'string', multiple: true, default: [] },
    'allow-unsandboxed': { type: 'boolean', default: false },
  },
});

try {
  const [command] = positionals;
  if (command === 'hold') await hold();
  else if (command === 'health') await readBanner(join(values.folder, 'rfb.sock'));
  else throw new UniCoreError('BAD_REQUEST', HELP);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function hold(): Promise<void> {
  const [width, height] = sizeOf(values.size);
  const programs = startPrograms({
    folder: values.folder,
    width,
    height,
    scale: values.scale === '2' ? 2 : 1,
    startUrl: values.url,
    reachable: values.reachable,
    allowUnsandboxed: values['allow-unsandboxed'],
    log: pino({ base: null }),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void programs.end(signal));
  const last = await programs.ended;
  process.exitCode = last.name === 'ended' ? 0 : 1;
}

function sizeOf(text: string): [number, number] {
  const [, width, height] = /^(\d{2,5})x(\d{2,5})$/.exec(text) ?? [];
  if (width === undefined)
    throw new UniCoreError('BAD_REQUEST', `--size is WxH, such as 1280x720, not ${text}.`);
  return [Number(width), Number(height)];
}
