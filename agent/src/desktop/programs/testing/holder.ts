/**
 * Runs the programs of a desktop in a separate process, so that a test can run them as another user. (Chromium
 * refuses to run as root.) It prints events as JSON lines, and reads commands as JSON lines from stdin.
 */
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import type { ChromiumPipe } from '../index.ts';
import { startPrograms } from '../index.ts';

const tell = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);
const options = JSON.parse(process.argv[2] ?? '{}');
let pipe: ChromiumPipe | undefined;

const programs = startPrograms({
  ...options,
  log: pino({ level: 'warn' }, pino.destination(2)),
  onPhase: (phase) => tell({ phase }),
  onPipe(next) {
    pipe = next;
    let text = '';
    next.fromChromium.setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (text + chunk).split('\0');
      text = messages.pop() ?? '';
      for (const message of messages) tell({ cdp: JSON.parse(message) });
    });
  },
});
createInterface(process.stdin)
  .on('line', (line) => {
    const order = JSON.parse(line);
    if (order.cdp) pipe?.toChromium.write(`${JSON.stringify(order.cdp)}\0`);
    if (order.ask === 'usage')
      void programs.usage().then((usage) => tell({ usage, isolation: programs.isolation }));
    if (order.ask === 'end') void programs.end('asked').then(() => process.exit(0));
  })
  .on('close', () => void programs.end('the test has ended').then(() => process.exit(0)));
void programs.ended.then(() => process.stdin.destroy());
