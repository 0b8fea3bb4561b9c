/**
 * Connects xterm to a channel. AttachAddon transfers the bytes. This file reports parsed bytes as consumed,
 * so that the sender may send more.
 */
import { AttachAddon } from '@xterm/addon-attach';
import type { Terminal } from '@xterm/xterm';
import type { ChannelSocket } from '../../sdk/index.ts';

export function attach(terminal: Terminal, socket: ChannelSocket): void {
  socket.manualConsume = true;
  terminal.loadAddon(new AttachAddon(socket));
  // This listener must know when xterm has parsed a message, but AttachAddon writes to xterm without a
  // callback. AttachAddon's listener runs first. So the callback of the empty write here runs after xterm has
  // parsed the message.
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    terminal.write('', () => socket.consumed(data.byteLength));
  });
  // Input is disabled until the socket is open, because AttachAddon throws an error if a key is pressed
  // earlier.
  terminal.options.disableStdin = true;
  socket.addEventListener('open', () => {
    terminal.options.disableStdin = false;
  });
  socket.addEventListener('close', () => {
    terminal.options.disableStdin = true;
  });
}
