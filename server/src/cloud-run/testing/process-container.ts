/** Runs an execution as a process group of this machine instead of a container. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Container, RunContainer } from './container.ts';

/**
 * The only variables of this process that the group gets. A real container also starts with few variables of its
 * own.
 */
const KEPT = ['PATH', 'HOME', 'LANG', 'TMPDIR'];

/** Returns a function that starts this command for each execution, with the execution's environment. */
export function processContainers(program: string, args: readonly string[]): RunContainer {
  return async ({ env }) => {
    const kept = Object.fromEntries(KEPT.map((name) => [name, process.env[name]]));
    // The process leads a group of its own, so that SIGKILL reaches all processes that it has started.
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
      // The process group has ended.
    }
  };
  return {
    pause: () => send(-pid, 'SIGSTOP'),
    resume: () => send(-pid, 'SIGCONT'),
    // Only the first process gets a signal, as in a container.
    signal: (signal) => send(pid, signal),
    kill: () => send(-pid, 'SIGKILL'),
    exited,
  };
}
