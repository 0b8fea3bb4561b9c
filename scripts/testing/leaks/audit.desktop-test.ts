/** Tests of the audit itself: it must not be blind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { LeakAudit } from './audit.ts';
import { rows } from './hub.ts';
import { machine } from './machine.ts';

const SESSION = `ds-audit-${process.pid}`;

test('the audit finds each process, socket, file and token that is left, and no receipt', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'unicore-audit-'));
  const db = new DatabaseSync(join(folder, 'hub.db'));
  db.exec(`CREATE TABLE secrets (hash TEXT PRIMARY KEY, kind TEXT);
    CREATE TABLE receipts (sessionId TEXT PRIMARY KEY);
    CREATE TABLE desktops (sessionId TEXT, endedAt INTEGER);
    INSERT INTO secrets VALUES ('known', 'bearer')`);
  const audit = await LeakAudit.begin(folder, machine, rows(folder));
  expect(await audit.more()).toEqual([]);

  audit.follow(SESSION);
  // The second process bears the session in its home only, and this one has not started it.
  const script = `HOME=/home/${SESSION} setsid sleep 600 & echo $!; exec sleep 601`;
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(child.stdout, 'data');
  const orphan = Number(line);
  const server = createServer().listen(join(folder, 'leak.sock'));
  await once(server, 'listening');
  const file = `/dev/shm/${SESSION}`;
  writeFileSync(file, '');
  db.exec(`INSERT INTO secrets VALUES ('left', 'boot'); INSERT INTO receipts VALUES ('${SESSION}');
    INSERT INTO desktops VALUES ('alive', NULL), ('over', 1)`);
  await expect
    .poll(() => audit.more())
    .toEqual([
      `file ${file}`,
      `file ${folder}/leak.sock`,
      'process sleep 600',
      'process sleep 601',
      'row desktops alive',
      'row secrets boot left',
      `socket u_str ${folder}/leak.sock`,
    ]);

  process.kill(orphan);
  child.kill();
  server.close();
  rmSync(file);
  db.exec("DELETE FROM secrets WHERE hash = 'left'; UPDATE desktops SET endedAt = 2");
  await expect.poll(() => audit.more()).toEqual([]);
  db.close();
  rmSync(folder, { recursive: true });
});
