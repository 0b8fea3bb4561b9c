/** Complete rows for tests; a test changes only the fields that it is about. */
import type { ProviderRow, UserRow, VmRow } from '../store/rows.ts';

export function userRow(change: Partial<UserRow> = {}): UserRow {
  return { userId: 'u-alice', name: 'alice', role: 'owner', createdAt: 1, ...change };
}

export function providerRow(change: Partial<ProviderRow> = {}): ProviderRow {
  return {
    providerId: 'p-1',
    ownerId: 'u-alice',
    name: 'desk',
    publicKey: '{}',
    runtime: null,
    isolation: null,
    version: null,
    cores: null,
    memoryTotal: null,
    seenAt: null,
    createdAt: 1,
    placed: 0,
    ...change,
  };
}

export function vmRow(change: Partial<VmRow> = {}): VmRow {
  return {
    vmId: 'vm-1',
    ownerId: 'u-alice',
    name: 'first',
    image: 'unicore/vm',
    size: 'small',
    region: null,
    opId: null,
    desired: 'running',
    phase: 'queued',
    reason: null,
    providerId: null,
    isolation: null,
    gen: 0,
    attempt: 1,
    createdAt: 1,
    updatedAt: 1,
    rev: 1,
    ...change,
  };
}
