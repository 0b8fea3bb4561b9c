export { FakeRuntime } from './fake-runtime.ts';
export { type RuntimeHarness, runtimeContract } from './runtime.suite.ts';
