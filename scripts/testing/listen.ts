/** Opens a terminal with the SDK, as a program would, and collects its output and its statuses. */
import type { ChannelSocket, UniCore } from '@unicore/client/sdk';

export interface Listening {
  socket: ChannelSocket;
  text(): string;
  /** Resolves when the output contains this text. */
  shows(what: string): Promise<void>;
}

/** Opens a terminal and types `command`. Each status is added to `statuses`, after the terminal's name. */
export function listen(
  unicore: UniCore,
  vmId: string,
  terminalId: string,
  command: string,
  statuses: string[],
): Listening {
  const socket = unicore.openTerminal(vmId, { terminalId });
  const decoder = new TextDecoder();
  let text = '';
  let looks: (() => boolean)[] = [];
  socket.onopen = () => socket.send(`${command}\r`);
  socket.onstatus = (status) => statuses.push(`${terminalId} ${status}`);
  socket.onmessage = ({ data }) => {
    text += decoder.decode(data as ArrayBuffer, { stream: true });
    looks = looks.filter((look) => !look());
  };
  const shows = (what: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        const is = text.includes(what);
        if (is) resolve();
        return is;
      };
      if (!look()) looks.push(look);
    });
  return { socket, shows, text: () => text };
}
