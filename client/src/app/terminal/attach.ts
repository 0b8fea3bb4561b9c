/** A terminal on a channel: xterm's own AttachAddon moves the bytes, this gives credit for those that were parsed. */
import { AttachAddon } from '@xterm/addon-attach';
import type { Terminal } from '@xterm/xterm';
import type { ChannelSocket } from '../../sdk/index.ts';

export function attach(terminal: Terminal, socket: ChannelSocket): void {
  socket.manualConsume = true;
  terminal.loadAddon(new AttachAddon(socket));
  // AttachAddon writes without a callback. Its listener came first, so an empty write ends when its bytes are parsed.
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    terminal.write('', () => socket.consumed(data.byteLength));
  });
  // AttachAddon throws at a key pressed before the socket is open.
  terminal.options.disableStdin = true;
  socket.addEventListener('open', () => {
    terminal.options.disableStdin = false;
  });
  socket.addEventListener('close', () => {
    terminal.options.disableStdin = true;
  });
}
