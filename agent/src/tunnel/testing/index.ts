/** Test support: a tunnel, and the hub that it dials. */
export { FakeHub } from './fake-hub.ts';
export { BEAT, HELLO, setUpTunnel } from './tunnel-setup.ts';
