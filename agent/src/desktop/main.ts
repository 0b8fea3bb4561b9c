#!/usr/bin/env node
/**
 * The command unicore-desktop. `join` runs once for each connection to a desktop, while its browser starts or is used,
 * and needs none of the other code. Loading that takes a second of CPU time, so it is loaded for other commands only.
 */
import { joinHolder } from './join.ts';

const [, , command, path] = process.argv;
if (command === 'join' && path?.startsWith('/')) {
  await joinHolder(path);
  process.exit();
}
await import('./commands.ts');
