/**
 * A fake of the program unicore-desktop, whose holder has no display and no browser. The real launchers start it,
 * so tests see real processes, sockets and containers.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { END_FILE, HOLDER_SOCKET, HoldOrder } from '../holder/index.ts';
import { FAILS_MS } from './failing-start.ts';
import { FakeHolder } from './fake-holder.ts';

const [, , command, folder = '', order = ''] = process.argv;
if (command === 'hold') await hold(HoldOrder.parse(JSON.parse(order)));
else if (command === 'join') joinHolder(folder);
// Any other command only loads the code, which Node then keeps compiled.

async function hold({ idleMs }: HoldOrder): Promise<void> {
  console.error('the stand-in starts');
  if (idleMs === FAILS_MS) throw new Error('no display');
  // A process like those of a desktop: its HOME is the desktop's folder, and it has a session of its own.
  spawn('sleep', ['1000'], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, HOME: folder },
  }).unref();
  const holder = new FakeHolder();
  holder.tell({ phase: 'running', use: { ms: 1_000, sentBytes: 7 } });
  holder.exited = () => {
    const status = JSON.stringify(holder.status);
    writeFileSync(join(folder, END_FILE), status);
    process.stdout.write(`${status}\n`, () => process.exit(0));
  };
  await holder.listen(join(folder, HOLDER_SOCKET));
  process.once('SIGTERM', () => {
    holder.tell({ phase: 'ended', code: null, reason: 'SIGTERM' });
    holder.exited();
  });
}

function joinHolder(path: string): void {
  const socket = connect(path);
  socket.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  socket.on('close', () => process.exit(0));
  process.stdin.pipe(socket).pipe(process.stdout);
}
