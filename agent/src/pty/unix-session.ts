/** The processes of one terminal on this machine: those whose session was made by its shell. */
import { readdirSync, readFileSync } from 'node:fs';

/** To the shell itself: it tells its jobs. */
export function hangUp(leader: number): void {
  signal(leader, 'SIGHUP');
}

/** SIGKILL for every process of the session, its leader included. Without /proc, for the leader's group only. */
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
    // pid (name) state ppid pgrp session …; the name may hold anything, parentheses and spaces too.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: 'SIGHUP' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself meanwhile.
  }
}
