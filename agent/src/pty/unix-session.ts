/**
 * Sends signals to the processes of one terminal on this machine. These are the processes in the Unix session
 * of the terminal's shell.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Sends SIGHUP to the shell only. The shell passes the signal on to its jobs. */
export function hangUp(leader: number): void {
  signal(leader, 'SIGHUP');
}

/**
 * Sends SIGKILL to every process of the session, including its leader. On a system without /proc, the signal
 * goes only to the leader's process group.
 */
export function killSession(leader: number): void {
  const members = sessionMembers(leader);
  if (members.length === 0) signal(-leader, 'SIGKILL');
  for (const pid of members) signal(pid, 'SIGKILL');
}

function sessionMembers(leader: number): number[] {
  let entries: string[];
  try {
    entries = readdirSync('/proc');
  } catch {
    return [];
  }
  return entries.map(Number).filter((pid) => pid > 0 && sessionOf(pid) === leader);
}

function sessionOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Fields of /proc/PID/stat: pid (name) state ppid pgrp session … The name may contain anything, even
    // parentheses and spaces.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: 'SIGHUP' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process has already ended, so it needs no signal.
  }
}
