/** What the rest of the hub uses of its API. */
export type { Caller, Context, Services } from './context.ts';
export { failureOf, statusOf } from './errors.ts';
export { MAX_BODY, openApiDocument, REST_PATH, restHandler } from './rest.ts';
export { type AppRouter, appRouter } from './router.ts';
export { Watch } from './watch.ts';
