/** Runs the hub as a process: reads the configuration, starts the hub, and shuts it down on a stop signal. */
import { UniCoreError } from '@unicore/protocol';
import { createApp } from './app/index.ts';
import { parseConfig } from './config.ts';
import { createLog } from './log.ts';

/**
 * Maximum duration of a graceful stop after the peers have moved to other hubs, ms. Then the process exits in
 * any case.
 */
const STOP_MS = 6_000;

// This name identifies the process in ps and top.
process.title = 'unicore-hub';

try {
  const config = parseConfig(process.env, process.argv.slice(2));
  const log = createLog(config.logLevel);
  const stopTracing = process.env.OTEL_EXPORTER_OTLP_ENDPOINT
    ? (await import('./tracing/opentelemetry/index.ts')).startTracing()
    : undefined;
  const app = createApp(config, { log });
  let stopping = false;
  const stop = async (why: NodeJS.Signals | 'disconnect') => {
    if (stopping) {
      log.info({ why }, 'second stop signal: exiting at once');
      process.exit(1);
    }
    stopping = true;
    log.info({ why }, 'stopping');
    setTimeout(() => process.exit(1), config.drainSeconds * 1000 + STOP_MS).unref();
    // Only SIGTERM makes the hub move its peers to other hubs. Ctrl-C or the end of the supervisor also stops
    // the other hubs of this machine, so no hub would be left to move to.
    await app.stop({ drain: why === 'SIGTERM' });
    await stopTracing?.();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Node emits `disconnect` when the parent process (npm start) has ended, even if the parent was killed.
  process.on('disconnect', () => stop('disconnect'));
  const die = (error: unknown) => {
    log.fatal({ err: error }, 'unhandled error');
    process.exit(1);
  };
  process.on('unhandledRejection', die);
  process.on('uncaughtException', die);
  const { port, url } = await app.start();
  process.send?.({ type: 'listening', port, url });
} catch (error) {
  // Startup errors are printed as plain text for people, because the logger may not exist yet. Examples are a
  // wrong option, a port in use, or a data folder that is not writable.
  process.stderr.write(`${error instanceof UniCoreError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
