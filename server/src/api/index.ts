/** Exports the parts of the API that the rest of the hub uses. */
export type { Caller, Context, Services, WatchService } from './context.ts';
export { failureOf, statusOf } from './errors.ts';
export { MAX_BODY, openApiDocument, REST_PATH, restHandler } from './rest.ts';
export { type AppRouter, appRouter } from './router.ts';
