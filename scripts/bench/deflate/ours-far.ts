/**
 * The provider in the compression benchmark. It sends recorded terminal output again (a replay). The number
 * in a terminal's name selects the recording for this terminal.
 */
import { serveProvider } from '../carriers/unicore/provider.ts';
import { load, replay } from './recording.ts';

const [port = '', ...files] = process.argv.slice(2);
const recordings = files.map(load);
await serveProvider(port, (stream, request) => {
  const { terminalId } = request.meta as { terminalId: string };
  void replay(recordings[Number(terminalId.slice(1))]!, (bytes) => stream.send(bytes));
});
