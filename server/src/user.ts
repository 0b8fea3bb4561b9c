/**
 * `node server/src/user.ts NAME` prints a login link for this user, and creates the user if needed. Use it
 * for a hub that runs from its container image, with the same environment variables as the hub. In a
 * checkout, use `npm run user`.
 */
import { UniCoreError } from '@unicore/protocol';
import { openLocalAuth } from './auth/index.ts';
import { parseConfig } from './config.ts';

try {
  const [name, ...rest] = process.argv.slice(2);
  if (name === undefined || rest.length > 0) throw new UniCoreError('BAD_REQUEST', 'Give exactly one name.');
  const { dataDir, port, publicUrl = `http://localhost:${port}`, store } = parseConfig(process.env, []);
  const auth = openLocalAuth(dataDir, publicUrl, store);
  try {
    const { userId } = await auth.createUser(name);
    process.stdout.write(`${await auth.loginLink(userId)}\n`);
  } finally {
    await auth.close();
  }
} catch (error) {
  process.stderr.write(`${error instanceof UniCoreError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
