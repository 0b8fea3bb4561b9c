/**
 * A short-lived process that starts a holder, so that the holder is not a child of the agent and keeps running
 * without it. It changes to the desktop's own user, and writes down which process the holder is.
 */
import { spawn } from 'node:child_process';
import { writeJson } from '../../files/index.ts';
import { NODE_FLAGS } from '../../node/index.ts';
import { bornOf } from '../../state/index.ts';

const [, , home, pidFile, uid, program, ...args] = process.argv;
if (!home || !pidFile || !program) throw new Error('usage: hold.ts HOME PID_FILE UID PROGRAM ARGUMENTS');
const user = uid ? { uid: Number(uid), gid: Number(uid) } : {};
const holder = spawn(process.execPath, [...NODE_FLAGS, program, ...args], {
  ...user,
  cwd: home,
  detached: true,
  // stdout and stderr go to the desktop's log.
  stdio: ['ignore', 1, 2],
  env: { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: home },
});
await new Promise((started, failed) => holder.once('spawn', started).once('error', failed));
const { pid = 0 } = holder;
await writeJson(pidFile, { pid, born: await bornOf(pid) });
holder.unref();
