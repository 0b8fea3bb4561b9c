/** The consumers of an ordeal as programs that have not started yet. */
import { join } from 'node:path';
import { FromConsumer } from './contract.ts';
import type { Program } from './program.ts';
import type { Programs } from './programs.ts';

export function talkers(
  programs: Programs,
  count: number,
  said: (message: FromConsumer) => void,
): readonly Program[] {
  return Array.from({ length: count }, (_, index) =>
    programs.add(`consumer-${index}`, {
      args: () => [join(import.meta.dirname, 'consumer.ts')],
      message: (message) => said(FromConsumer.parse(message)),
    }),
  );
}
