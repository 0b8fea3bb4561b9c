/** system.info: what a page needs to know before anything else. */
import { z } from 'zod';
import { SIZES } from '../control/contract.ts';
import { SystemInfo } from './schemas.ts';
import { open, router } from './trpc.ts';

export const systemRouter = router({
  info: open
    .meta({
      openapi: {
        method: 'GET',
        path: '/system/info',
        tags: ['system'],
        summary: 'The hub, and who is signed in',
        protect: false,
      },
    })
    .input(z.void())
    .output(SystemInfo)
    .query(({ ctx: { services, caller } }) => ({
      ...services.system,
      sizes: SIZES,
      user: caller ? { userId: caller.user.userId, name: caller.user.name, role: caller.user.role } : null,
    })),
});
