import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const STDOUT = JSON.stringify(import.meta.resolve('./stdout.ts'));

/** For a process that would never end. */
const LIMIT_MS = 60_000;

/** Says last words when whoever started it is gone, and ends before they could be written. */
const PROGRAM = `
import { pino } from 'pino';
import { stdout } from ${STDOUT};
const log = pino({ level: 'info' }, stdout());
process.once('disconnect', () => {
  log.info('one is being written');
  log.info('one waits');
  process.exit(7);
});
process.send('up');`;

test('a process ends although nobody reads its log any more', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  await once(child, 'message');
  const exited = once(child, 'exit');
  const closed = once(child.stdout!, 'close');
  child.stdout!.destroy();
  await closed;
  child.disconnect();
  expect(await exited).toEqual([7, null]);
});
