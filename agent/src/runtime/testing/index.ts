/** Test support: the contract of runtimes, and a fake one. */
export { FakeRuntime } from './fake-runtime.ts';
export { type RuntimeHarness, runtimeContract } from './runtime.suite.ts';
