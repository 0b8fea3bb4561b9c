export { FakeHub } from './fake-hub.ts';
export { BEAT, HELLO, setUpTunnel } from './tunnel-setup.ts';
