/** The sentence that the page shows over the picture while the connection to the desktop does not work. */
import type { ChannelStatus } from '../../../sdk/index.ts';

interface LineFacts {
  line: ChannelStatus;
  /** True if this page is connected to the hub. */
  hubUp: boolean;
  /** True if a picture is shown, even an old one. */
  shown: boolean;
}

/** Returns the sentence, or undefined if the connection works and a picture is shown. */
export function lineNotice({ line, hubUp, shown }: LineFacts): string | undefined {
  if (line === 'connected' && hubUp) return shown ? undefined : 'Waiting for the first picture …';
  if (!hubUp) return 'No connection to the hub. The page is reconnecting; nothing is lost.';
  if (line === 'provider-offline') {
    return 'The computer of your desktop is out of reach. The page is reconnecting; the desktop may go on running.';
  }
  return line === 'connecting'
    ? 'Connecting to your desktop …'
    : 'The connection to your desktop is lost. The page is reconnecting.';
}
