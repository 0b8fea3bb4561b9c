/**
 * The server process when the benchmark measures UniCore. It is a provider without a keeper (terminal
 * daemon): this process itself answers in every terminal.
 */
import { serveFar } from '../../ends/far.ts';
import { serveProvider } from './provider.ts';

await serveProvider(process.argv[2]!, (stream) => serveFar(stream));
