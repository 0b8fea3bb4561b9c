/** A channel of the SDK for component tests. It carries no bytes. */
import { closeCode, type ErrorCode } from '@unicore/protocol/errors';
import type { ChannelSocket, ChannelStatus } from '../../sdk/index.ts';

export class FakeChannel extends EventTarget {
  status: ChannelStatus = 'connecting';
  rtt: number | undefined;
  accepted: { holder: string; text: boolean } | undefined;
  /** What was sent. */
  readonly sent: Uint8Array[] = [];
  onstatus: ((status: ChannelStatus) => void) | null = null;

  /** The fake as the type that the page expects. It has only the members that the page itself uses. */
  get socket(): ChannelSocket {
    return this as unknown as ChannelSocket;
  }

  accept(holder: string): void {
    this.accepted = { holder, text: true };
    this.become('connected');
  }

  become(status: ChannelStatus): void {
    this.status = status;
    this.onstatus?.(status);
  }

  end(code: ErrorCode, reason: string): void {
    this.become('closed');
    this.dispatchEvent(new CloseEvent('close', { code: closeCode(code), reason }));
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  close(): void {
    this.end('OK', '');
  }
}
