/**
 * The input of a container on Cloud Run, which comes from its environment, and the input of the dialler, which
 * comes from the container's first process.
 */
import { UniCoreError } from '@unicore/protocol';
import { DesktopOrder } from '@unicore/protocol/control';
import { z } from 'zod';
import { parseHubUrl } from '../../identity/index.ts';

const HUB = 'UNICORE_HUB';
const TOKEN = 'UNICORE_BOOT_TOKEN';
const ORDER = 'UNICORE_ORDER';

export const DialOrder = z.object({
  hub: z.string(),
  bootToken: z.string(),
  order: DesktopOrder,
});
export type DialOrder = z.infer<typeof DialOrder>;

/**
 * The input of the dialler. key: the private key as PEM. ending: true if the desktop has to end at once.
 * startedAt: the time when the container started, by the machine's monotonic clock, ms.
 */
export const DiallerOrder = DialOrder.extend({ key: z.string(), ending: z.boolean(), startedAt: z.number() });
export type DiallerOrder = z.infer<typeof DiallerOrder>;

/**
 * Reads the order from the environment, and removes the boot token from it. Otherwise the programs of the
 * desktop would inherit the token.
 */
export function takeDialOrder(env: NodeJS.ProcessEnv): DialOrder {
  const { [HUB]: hub, [TOKEN]: bootToken, [ORDER]: order } = env;
  delete env[TOKEN];
  if (!hub || !bootToken || !order)
    throw new UniCoreError('BAD_REQUEST', `Set ${HUB}, ${TOKEN} and ${ORDER}. A hub sets them on Cloud Run.`);
  try {
    return { hub: parseHubUrl(hub), bootToken, order: DesktopOrder.parse(JSON.parse(order)) };
  } catch (error) {
    if (error instanceof UniCoreError) throw error;
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'it is not JSON.';
    throw new UniCoreError('BAD_REQUEST', `${ORDER} is wrong: ${why}`, { cause: error });
  }
}
