/**
 * The vm.* API procedures. Each procedure parses its input, requires a signed-in user, and calls one function
 * of the hub.
 */

import {
  Done,
  Terminal,
  TerminalPath,
  TerminalRef,
  Vm,
  VmConnect,
  VmConnection,
  VmCreate,
  VmPath,
  VmRef,
  VmRename,
  VmResize,
} from '@unicore/protocol/api';
import { z } from 'zod';
import { router, signedIn } from './trpc.ts';

export const vmRouter = router({
  create: signedIn
    .meta({
      openapi: { method: 'POST', path: '/vm/create', tags: ['vm'], summary: 'Create a VM and start it' },
    })
    .input(VmCreate)
    .output(Vm)
    .mutation(({ ctx: { services, caller }, input }) => services.vms.create(caller.user.userId, input)),

  list: signedIn
    .meta({ openapi: { method: 'GET', path: '/vm', tags: ['vm'], summary: 'Your VMs, oldest first' } })
    .input(z.void())
    .output(z.array(Vm))
    .query(({ ctx: { services, caller } }) => services.vms.list(caller.user.userId)),

  get: signedIn
    .meta({ openapi: { method: 'GET', path: '/vm/{vmId}', tags: ['vm'], summary: 'One VM' } })
    .input(VmRef)
    .output(Vm)
    .query(({ ctx: { services, caller }, input }) => services.vms.get(caller.user.userId, input.vmId)),

  start: signedIn
    .meta({ openapi: { method: 'POST', path: '/vm/{vmId}/start', tags: ['vm'], summary: 'Start a VM' } })
    .input(VmRef)
    .output(Vm)
    .mutation(({ ctx: { services, caller }, input }) => services.vms.start(caller.user.userId, input.vmId)),

  stop: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/vm/{vmId}/stop',
        tags: ['vm'],
        summary: 'Stop a VM; its files stay',
      },
    })
    .input(VmRef)
    .output(Vm)
    .mutation(({ ctx: { services, caller }, input }) => services.vms.stop(caller.user.userId, input.vmId)),

  delete: signedIn
    .meta({
      openapi: { method: 'DELETE', path: '/vm/{vmId}', tags: ['vm'], summary: 'Delete a VM and its files' },
    })
    .input(VmRef)
    .output(Vm)
    .mutation(({ ctx: { services, caller }, input }) => services.vms.delete(caller.user.userId, input.vmId)),

  rename: signedIn
    .meta({ openapi: { method: 'POST', path: '/vm/{vmId}/rename', tags: ['vm'], summary: 'Rename a VM' } })
    .input(VmRename)
    .output(Vm)
    .mutation(({ ctx: { services, caller }, input }) =>
      services.vms.rename(caller.user.userId, input.vmId, input.name),
    ),

  connect: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/vm/{vmId}/connect',
        tags: ['terminal'],
        summary: 'A URL for one WebSocket to a terminal, which is created if there is none',
      },
    })
    .input(VmConnect)
    .output(VmConnection)
    .mutation(({ ctx: { services, caller, socketUrl }, input }) =>
      services.terminals.connect(caller, input, socketUrl),
    ),

  resize: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/vm/{vmId}/resize',
        tags: ['terminal'],
        summary: 'Resize a terminal',
      },
    })
    .input(VmResize)
    .output(Done)
    .mutation(async ({ ctx: { services, caller }, input }) => {
      await services.terminals.resize(caller.user.userId, input);
      return {};
    }),

  terminals: signedIn
    .meta({
      openapi: { method: 'GET', path: '/vm/{vmId}/terminals', tags: ['terminal'], summary: 'Open terminals' },
    })
    .input(VmRef)
    .output(z.array(Terminal))
    .query(({ ctx: { services, caller }, input }) => services.terminals.list(caller.user.userId, input.vmId)),

  closeTerminal: signedIn
    .meta({
      openapi: {
        method: 'DELETE',
        path: '/vm/{vmId}/terminals/{terminalId}',
        tags: ['terminal'],
        summary: 'Close a terminal and end its shell',
      },
    })
    .input(TerminalRef)
    .output(Done)
    .mutation(async ({ ctx: { services, caller }, input }) => {
      await services.terminals.close(caller.user.userId, input.vmId, input.terminalId);
      return {};
    }),

  path: signedIn
    .meta({
      openapi: {
        method: 'GET',
        path: '/vm/{vmId}/path',
        tags: ['terminal'],
        summary: 'Round trips from the hub to a terminal, measured now',
      },
    })
    .input(VmPath)
    .output(TerminalPath)
    .query(({ ctx: { services, caller }, input: { vmId, terminalId } }) =>
      services.terminals.path(caller.user.userId, vmId, terminalId),
    ),

  /**
   * Streams VmEvents: first the list of all VMs of the user, then every change. After a reconnect the stream
   * starts again with the whole list.
   */
  watch: signedIn.subscription(({ ctx: { services, caller }, signal }) => services.watch.vms(caller, signal)),
});
