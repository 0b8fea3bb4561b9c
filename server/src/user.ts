/**
 * `node server/src/user.ts NAME`: a link that signs this user in, who is made if there is none of that name. For where a hub
 * runs from its image, with the variables that it was started with; on one's own machine that is `npm run user`.
 */
import { UniCoreError } from '@unicore/protocol';
import { openLocalAuth } from './auth/index.ts';
import { parseConfig } from './config.ts';

try {
  const [name, ...rest] = process.argv.slice(2);
  if (name === undefined || rest.length > 0) throw new UniCoreError('BAD_REQUEST', 'Say one name.');
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
