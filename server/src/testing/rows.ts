/** Complete rows for tests; a test changes only the fields that it is about. */
import type { DesktopRow, ProviderRow, ReceiptRow, UserRow, VmRow } from '../store/rows.ts';

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
    sessionId: null,
    attempt: null,
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

export function desktopRow(change: Partial<DesktopRow> = {}): DesktopRow {
  return {
    userId: 'u-alice',
    rev: 1,
    sessionId: 'd-1',
    attempt: 1,
    opId: null,
    phase: 'reserved',
    phaseAt: 1,
    code: null,
    reason: null,
    launcher: 'docker',
    place: null,
    providerId: null,
    jobName: null,
    image: 'unicore/desktop',
    scale: 1,
    isolation: null,
    createdAt: 1,
    startedAt: null,
    endedAt: null,
    lifeMs: 3_600_000,
    budget: null,
    cpuSeconds: 0,
    memorySeconds: 0,
    sentBytes: 0,
    cost: 0,
    viewerToken: null,
    heardAt: null,
    pooledMs: 0,
    pooledBytes: 0,
    ...change,
  };
}

export function receiptRow(change: Partial<ReceiptRow> = {}): ReceiptRow {
  return {
    sessionId: 'd-1',
    userId: 'u-alice',
    attempt: 1,
    launcher: 'docker',
    place: null,
    jobName: null,
    createdAt: 1,
    startedAt: 2,
    endedAt: 3,
    code: null,
    reason: null,
    cpuSeconds: 1.5,
    memorySeconds: 0.25,
    sentBytes: 1_000,
    cost: 0.01,
    proof: 'The container was removed.',
    ...change,
  };
}
