/** A terminal as a program uses it: what it has said so far, when it said something, and each status it had. */
import type { ChannelSocket, UniCore } from '@unicore/client/sdk';

export interface Listening {
  socket: ChannelSocket;
  text(): string;
  /** Resolves when this is somewhere in the text. */
  shows(what: string): Promise<void>;
}

/** command: typed when the terminal is open. statuses: gets each, with the terminal's name before it. */
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
