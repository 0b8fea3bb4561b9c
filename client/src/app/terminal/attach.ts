/** Connects xterm to a channel. AttachAddon moves the bytes; this file returns credit for bytes that xterm has parsed. */
import { AttachAddon } from '@xterm/addon-attach';
import type { Terminal } from '@xterm/xterm';
import type { ChannelSocket } from '../../sdk/index.ts';

export function attach(terminal: Terminal, socket: ChannelSocket): void {
  socket.manualConsume = true;
  terminal.loadAddon(new AttachAddon(socket));
  // AttachAddon writes without a callback. Its listener runs first, so this empty write completes after its bytes are parsed.
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    terminal.write('', () => socket.consumed(data.byteLength));
  });
  // AttachAddon throws if a key is pressed before the socket is open.
  terminal.options.disableStdin = true;
  socket.addEventListener('open', () => {
    terminal.options.disableStdin = false;
  });
  socket.addEventListener('close', () => {
    terminal.options.disableStdin = true;
  });
}
