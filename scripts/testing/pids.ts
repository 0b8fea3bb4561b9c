/** Finds processes of this machine by their command line or environment. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Running {
  readonly args: readonly string[];
  /** Each as NAME=VALUE. It is empty for processes of another user. */
  readonly env: readonly string[];
}

export function pidsWhere(matches: (running: Running) => boolean): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && matches({ args: partsOf(pid, 'cmdline'), env: partsOf(pid, 'environ') }));
}

/** Returns the processes of one desktop. Its session is in their command line, or in their home folder's name. */
export function pidsOfDesktop(sessionId: string): number[] {
  return pidsWhere(({ args, env }) =>
    [...args, ...env.filter((one) => one.startsWith('HOME='))].some((text) => text.includes(sessionId)),
  );
}

function partsOf(pid: number, file: 'cmdline' | 'environ'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
