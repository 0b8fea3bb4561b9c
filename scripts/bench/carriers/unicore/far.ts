/** Far end of UniCore: it dials the hub as a provider and serves every terminal that is opened. */
import { serveFar } from '../../ends/far.ts';
import { serveProvider } from './provider.ts';

await serveProvider(process.argv[2]!, (stream) => serveFar(stream));
