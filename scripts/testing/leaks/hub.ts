/** What the hub remembers: the rows of its store, with all tokens, and the keys of its Redis, with all tickets. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RedisServer } from '@unicore/server/testing/redis';
import type { Look } from './audit.ts';

/** What stays in the store after a desktop, by table. Everything else has to go. */
const STAYS = {
  receipts: 'The receipt is the bill. Nobody may remove it.',
  audit: 'The log of who did what. Nobody may remove an entry.',
  meta: 'Secrets and names of the whole deployment, made when the first desktop needs them.',
};
/**
 * The user's row stays when the desktop is over, and the user's next desktop takes its place. It may have the hash of
 * a link to watch: with that, guests are told that the desktop has ended, and nothing else.
 */
const DESKTOPS = 'SELECT sessionId FROM desktops WHERE endedAt IS NULL';

/** What stays in Redis after a desktop, by the beginning of its key. */
const KEEPS = {
  'unicore:lease:': 'Which hub does the regular work. It takes such a lease every few seconds.',
  'unicore:limit:': 'How often a user has asked in this minute. It counts users, not desktops, and expires.',
  'unicore:shelf:caller:': 'Whose a bearer token or cookie is. Any request writes it, and it expires.',
};

/** folder: the one with hub.db. */
export function rows(folder: string): Look {
  return async () => {
    const db = new DatabaseSync(join(folder, 'hub.db'), { readOnly: true });
    try {
      const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
      return tables
        .map(({ name }) => String(name))
        .filter((table) => !(table in STAYS))
        .flatMap((table) => {
          const all = db.prepare(table === 'desktops' ? DESKTOPS : `SELECT * FROM ${table}`).all();
          return all.map(
            (row) => `row ${table} ${[row.kind, Object.values(row)[0]].filter(Boolean).join(' ')}`,
          );
        });
    } finally {
      db.close();
    }
  };
}

/** Of sorted sets, such as the providers that were heard, the members count as well. */
export function redisKeys({ client }: RedisServer): Look {
  return async () => {
    const found: string[] = [];
    let cursor = '0';
    do {
      const [next, keys] = await client.scan(cursor);
      cursor = next;
      for (const key of keys) {
        if (Object.keys(KEEPS).some((beginning) => key.startsWith(beginning))) continue;
        const members = (await client.type(key)) === 'zset' ? await client.zrange(key, '0', '-1') : [''];
        found.push(...members.map((member) => `key ${key} ${member}`.trim()));
      }
    } while (cursor !== '0');
    // A scan may return a key twice.
    return [...new Set(found)];
  };
}
