/** Runs an execution's session as a process group of this machine, in place of a container. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Container, RunContainer } from './container.ts';

/** The group gets no variable of this process but these: a container starts with few of its own, too. */
const KEPT = ['PATH', 'HOME', 'LANG', 'TMPDIR'];

/** Returns a function that starts this command for each execution, with the execution's environment. */
export function processContainers(program: string, args: readonly string[]): RunContainer {
  return async ({ env }) => {
    const kept = Object.fromEntries(KEPT.map((name) => [name, process.env[name]]));
    // The child leads a group of its own, so that SIGKILL reaches everything that it has started.
    const child = spawn(program, args, { env: { ...kept, ...env }, stdio: 'inherit', detached: true });
    const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : 137));
    await once(child, 'spawn');
    return containerOf(child.pid!, exited);
  };
}

function containerOf(pid: number, exited: Promise<number>): Container {
  const send = (to: number, signal: NodeJS.Signals) => {
    try {
      process.kill(to, signal);
    } catch {
      // It has ended.
    }
  };
  return {
    pause: () => send(-pid, 'SIGSTOP'),
    resume: () => send(-pid, 'SIGCONT'),
    // As in a container, only the first process gets a signal.
    signal: (signal) => send(pid, signal),
    kill: () => send(-pid, 'SIGKILL'),
    exited,
  };
}
