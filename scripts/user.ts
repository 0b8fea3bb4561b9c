/** Implements `npm run user -- NAME`: creates the user if the name is new, and prints a sign-in link. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openLocalAuth } from '@unicore/server';
import { main, paint, say } from './lib/console.ts';
import { DATA } from './lib/paths.ts';
import { patiently } from './product/start/patiently.ts';
import { readRunning, useFirestore } from './product/start/running.ts';

const HELP = `npm run user -- NAME [options]
  --token      print a bearer token for scripts, too
  --url URL    the hub's public address (default: where npm start was last)
  --data DIR   the data folder of npm start (default .unicore)
  --store S    the hub's store (default: UNICORE_STORE, or what npm start had last)`;

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      token: { type: 'boolean', default: false },
      url: { type: 'string' },
      data: { type: 'string', default: DATA },
      store: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(HELP);
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new Error(`Say one name.\n${HELP}`);
  const data = resolve(values.data);
  const running = await readRunning(data);
  const url = values.url ?? running?.url;
  if (url === undefined)
    throw new Error('No hub has run on this data folder yet. Run npm start first, or say --url.');
  const store = values.store ?? (process.env.UNICORE_STORE || undefined);
  if (store === undefined && running !== undefined) await useFirestore(running);
  const auth = openLocalAuth(
    running?.dataDir ?? data,
    url.replace(/\/+$/, ''),
    store ?? running?.store ?? 'sqlite',
  );
  try {
    const user = await patiently(() => auth.createUser(name));
    const link = await patiently(() => auth.loginLink(user.userId));
    say(`Link for ${name} (good for 24 hours): ${paint('cyan', link)}`);
    if (values.token)
      say(`Bearer token for scripts: ${await patiently(() => auth.bearerToken(user.userId))}`);
  } finally {
    await auth.close();
  }
});
