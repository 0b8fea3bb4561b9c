/** The provider's end of our own carrier: every terminal ends here. */
import { serveFar } from '../../ends/far.ts';
import { serveProvider } from './provider.ts';

await serveProvider(process.argv[2]!, (stream) => serveFar(stream));
