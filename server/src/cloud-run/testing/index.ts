/** The fake of Cloud Run Jobs, for tests of the hub and of the whole system. */
export { openCloudRun } from '../open.ts';
export type { Container, ContainerSpec, RunContainer } from './container.ts';
export { type DirectOptions, directApi } from './direct-api.ts';
export { FakeCloudRun } from './fake-cloud-run.ts';
export type { CancelFault, DeleteWhileLive, Faults, Method, StartFault } from './faults.ts';
export type { Bill, Entry, Ledger } from './ledger.ts';
export { Misbehaviour, MOST_LAG_MS } from './misbehaviour.ts';
export { processContainers } from './process-container.ts';
export { type CloudRunFake, startCloudRunFake } from './server.ts';
export { SimulatedContainer } from './simulated-container.ts';
