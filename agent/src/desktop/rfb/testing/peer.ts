/** An interposer after the handshake, and everything that it has passed on. */
import { Interposer, type InterposerOptions, type Part, type Rights } from '../index.ts';
import { handshakeOfServer, handshakeOfViewer } from './bytes.ts';

export const ALL: Rights = { canControl: true, clipboardToDesktop: true, clipboardFromDesktop: true };

export class Peer {
  readonly interposer: Interposer;

  constructor(options: Partial<InterposerOptions> = {}) {
    this.interposer = new Interposer({ rights: ALL, ...options });
  }

  /** Gives the viewer's bytes to the interposer, and takes all parts. */
  viewer(...chunks: Uint8Array[]): Part[] {
    return chunks.flatMap((chunk) => {
      this.interposer.fromViewer.push(chunk);
      return this.take();
    });
  }

  take(): Part[] {
    const parts: Part[] = [];
    for (let part = this.interposer.fromViewer.take(); part !== undefined; ) {
      parts.push(part);
      part = this.interposer.fromViewer.take();
    }
    return parts;
  }

  /** Gives the viewer's bytes to the interposer, and returns what the server gets. */
  toServer(...chunks: Uint8Array[]): Buffer {
    return Buffer.concat(
      this.viewer(...chunks).flatMap((part) =>
        part.kind === 'forward' || part.kind === 'key' ? [part.bytes] : [],
      ),
    );
  }

  /** Gives the server's bytes to the interposer, and returns what the viewer gets. */
  toViewer(...chunks: Uint8Array[]): Buffer {
    return Buffer.concat(chunks.flatMap((chunk) => this.interposer.fromServer.push(chunk)));
  }
}

/** Returns an interposer that has completed the handshake. */
export function connected(
  options: Partial<InterposerOptions> = {},
  version: 3 | 7 | 8 = 8,
  format?: Buffer,
): Peer {
  const peer = new Peer(options);
  peer.viewer(handshakeOfViewer(version));
  peer.toViewer(handshakeOfServer(version, format));
  return peer;
}
