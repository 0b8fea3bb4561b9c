/** Test hubs, agents and consumers for tests outside of this folder; each runs without the rest of its program. */

export { desktopRightsIn, identity, rightsIn, type TestVm, testAuth } from './auth.ts';
export { type DialLegOptions, type Dialled, dialLeg } from './dial-leg.ts';
export { BEAT, echo, flood, newAcceptor, startTestAgent } from './test-agent.ts';
export { openTerminal, startTestConsumer } from './test-consumer.ts';
export { startTestHub, type TestHub } from './test-hub.ts';
