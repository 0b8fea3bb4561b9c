/** The server-side end of the UniCore benchmark transport: a provider that serves every terminal itself. */
import { serveFar } from '../../ends/far.ts';
import { serveProvider } from './provider.ts';

await serveProvider(process.argv[2]!, (stream) => serveFar(stream));
