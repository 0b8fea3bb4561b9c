/** All terminals of this agent, by VM id and terminal id, and the channels of their viewers. */
import { type Clock, type OpenRequest, UniCoreError } from '@unicore/protocol';
import { TerminalAuth, TerminalOpen } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { z } from 'zod';
import { openPty } from '../pty/index.ts';
import { Terminal } from '../terminal/index.ts';
import { EnsureTerminal, type KeeperMethods, ResizeTerminal, TerminalRef, VmRef } from './contract.ts';

/**
 * Largest number of terminals of one VM. A terminal takes some megabytes. Without this limit, a client in an
 * endless loop could use up the machine's memory.
 */
const MAX_PER_VM = 32;

export interface TerminalsOptions {
  clock: Clock;
  log: Logger;
}

interface Entry {
  gen: number;
  /** Resolves when the PTY is open. Rejects if the PTY cannot be opened. */
  terminal: Promise<Terminal>;
  /** The terminal. It is undefined until the PTY is open. */
  open: Terminal | undefined;
}

/** The user of a viewer's live channel, and the terminal that the channel shows. */
interface Viewing {
  auth: TerminalAuth;
  terminal: Terminal;
}

export class Terminals {
  readonly #options: TerminalsOptions;
  /** Terminals by VM id, then by terminal id. */
  readonly #vms = new Map<string, Map<string, Entry>>();
  /** Live channels of viewers, by epoch (the id of a channel). */
  readonly #viewing = new Map<string, Viewing>();
  readonly methods: Omit<KeeperMethods, 'status' | 'shutdown'>;

  constructor(options: TerminalsOptions) {
    this.#options = options;
    this.methods = {
      ensureTerminal: async (wish) => (await this.#ensure(EnsureTerminal.parse(wish))).info(),
      terminals: async (vm) => this.#of(VmRef.parse(vm).vmId).map((terminal) => terminal.info()),
      resizeTerminal: async (resize) => {
        const { vmId, terminalId, cols, rows, viewer } = ResizeTerminal.parse(resize);
        this.#known(vmId, terminalId).resize({ cols, rows }, viewer);
      },
      closeTerminal: async (which) => {
        const { vmId, terminalId } = TerminalRef.parse(which);
        await this.#known(vmId, terminalId).close();
      },
      closeVm: async (vm) => this.#closeAll([VmRef.parse(vm).vmId]),
    };
  }

  get size(): number {
    let size = 0;
    for (const entries of this.#vms.values()) size += entries.size;
    return size;
  }

  accept(request: OpenRequest): void {
    try {
      const auth = parse(TerminalAuth, request.auth, 'auth');
      const open = parse(TerminalOpen, request.meta, 'meta');
      const terminal = this.#known(auth.vmId, open.terminalId, auth.gen);
      const { epochHex: viewer } = request;
      this.#viewing.set(viewer, { auth, terminal });
      terminal.view({
        viewer,
        user: auth.user,
        mayWrite: auth.rights === 'write' && !open.readOnly,
        size: { cols: open.cols, rows: open.rows },
        accept: (handler) => request.accept(handler, { terminalId: open.terminalId, viewer }),
        gone: () => this.#viewing.delete(viewer),
      });
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      request.refuse(error.code, error.message);
    }
  }

  /**
   * Called when a viewer resumes its channel. Applies the rights that the hub states now. If the channel
   * belongs to another user or VM, throws the same error as for a channel that does not exist.
   */
  reattach(viewer: string, rawAuth: unknown, meta: unknown): unknown {
    const auth = parse(TerminalAuth, rawAuth, 'auth');
    const open = parse(TerminalOpen, meta, 'meta');
    const viewing = this.#viewing.get(viewer);
    const { user, vmId, gen } = viewing?.auth ?? {};
    if (!viewing || auth.user !== user || auth.vmId !== vmId || auth.gen !== gen) {
      throw new UniCoreError('EPOCH_LOST', 'this channel is no longer known');
    }
    viewing.terminal.returned(viewer, {
      mayWrite: auth.rights === 'write' && !open.readOnly,
      size: { cols: open.cols, rows: open.rows },
    });
    return { terminalId: open.terminalId, viewer };
  }

  close(): Promise<void> {
    return this.#closeAll([...this.#vms.keys()]);
  }

  #ensure({ vmId, gen, terminalId, pty, cols, rows }: EnsureTerminal): Promise<Terminal> {
    const entries = this.#vms.get(vmId) ?? new Map<string, Entry>();
    this.#vms.set(vmId, entries);
    const known = entries.get(terminalId);
    if (known?.gen === gen) return known.terminal;
    if (known && known.gen > gen) throw notFound(terminalId);
    if (!known && entries.size >= MAX_PER_VM) {
      throw new UniCoreError(
        'CONFLICT',
        `A VM has at most ${MAX_PER_VM} terminals. Close one of them first.`,
      );
    }
    const size = { cols, rows };
    const make = async (): Promise<Terminal> => {
      // First close the terminal of an older generation of the VM, so that this terminal does not appear in
      // the new generation.
      await known?.terminal.then(closed, () => undefined);
      const { clock, log: parent } = this.#options;
      const log = parent.child({ vm: vmId, terminal: terminalId });
      const terminal = new Terminal({ terminalId, pty: await openPty(pty, size), size, clock, log });
      entry.open = terminal;
      void terminal.ended.then(() => this.#forget(vmId, terminalId, entry));
      return terminal;
    };
    const entry: Entry = { gen, open: undefined, terminal: make() };
    entries.set(terminalId, entry);
    entry.terminal.catch(() => this.#forget(vmId, terminalId, entry));
    return entry.terminal;
  }

  /** Closes all terminals of these VMs, including terminals that are still being opened. */
  async #closeAll(vmIds: string[]): Promise<void> {
    const entries = vmIds.flatMap((vmId) => [...(this.#vms.get(vmId)?.values() ?? [])]);
    await Promise.all(entries.map(({ terminal }) => terminal.then(closed, () => undefined)));
  }

  #forget(vmId: string, terminalId: string, entry: Entry): void {
    const entries = this.#vms.get(vmId);
    if (entries?.get(terminalId) !== entry) return;
    entries.delete(terminalId);
    if (entries.size === 0) this.#vms.delete(vmId);
  }

  #of(vmId: string): Terminal[] {
    const entries = [...(this.#vms.get(vmId)?.values() ?? [])];
    return entries.flatMap(({ open }) => (open ? [open] : []));
  }

  #known(vmId: string, terminalId: string, gen?: number): Terminal {
    const entry = this.#vms.get(vmId)?.get(terminalId);
    if (!entry?.open || (gen !== undefined && entry.gen !== gen)) {
      throw notFound(terminalId);
    }
    return entry.open;
  }
}

function closed(terminal: Terminal): Promise<void> {
  return terminal.close();
}

function notFound(terminalId: string): UniCoreError {
  return new UniCoreError('NOT_FOUND', `This VM has no terminal ${terminalId}. Open one first.`);
}

function parse<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UniCoreError('BAD_REQUEST', `${what}: ${z.prettifyError(result.error)}`);
}
