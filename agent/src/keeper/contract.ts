/**
 * RPC methods that the tunnel process calls on the keeper, over their control channel. The keeper validates
 * the arguments.
 */
import { Id, OpenTerminal, ResizeTerminal, TerminalInfo } from '@unicore/protocol/control';
import { z } from 'zod';

export const PtyPlaceShape = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('docker'),
    container: z.string().max(200),
    socketPath: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal('process'), home: z.string() }),
]);
export const EnsureTerminal = OpenTerminal.extend({ pty: PtyPlaceShape });
export type EnsureTerminal = z.infer<typeof EnsureTerminal>;
export const VmRef = z.object({ vmId: Id });
export const TerminalRef = VmRef.extend({ terminalId: Id });
export { ResizeTerminal, TerminalInfo };

export const KeeperStatus = z.object({ pid: z.number(), terminals: z.number() });
export type KeeperStatus = z.infer<typeof KeeperStatus>;

export interface KeeperMethods {
  /** Creates the terminal if it does not exist. */
  ensureTerminal(wish: EnsureTerminal): Promise<TerminalInfo>;
  terminals(vm: { vmId: string }): Promise<TerminalInfo[]>;
  resizeTerminal(resize: ResizeTerminal): Promise<void>;
  closeTerminal(which: { vmId: string; terminalId: string }): Promise<void>;
  /** Closes all terminals of the VM. */
  closeVm(vm: { vmId: string }): Promise<void>;
  status(): Promise<KeeperStatus>;
  /** Closes all terminals and ends the keeper. */
  shutdown(): Promise<void>;
}
