/** Stores small values with an expiry time in Redis. */
import type { ExpiringValues } from '../backplane.ts';
import type { Commands } from './commands.ts';

export function redisValues(commands: Commands, prefix: string): ExpiringValues {
  const full = (key: string) => `${prefix}${key}`;
  return {
    async put(key, value, ms) {
      await commands.ask('put', (client) => client.set(full(key), value, 'PX', Math.ceil(ms)));
    },
    async get(key) {
      return (await commands.ask('get', (client) => client.get(full(key)))) ?? undefined;
    },
    async take(key) {
      return (await commands.ask('take', (client) => client.getdel(full(key)))) ?? undefined;
    },
    async drop(key) {
      await commands.ask('drop', (client) => client.del(full(key)));
    },
  };
}
