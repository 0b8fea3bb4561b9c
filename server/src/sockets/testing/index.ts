/** What tests outside this folder use: a hub, agents and consumers, each without the rest of its program. */
export { BEAT, echo, flood, newAcceptor, startTestAgent } from './agent.ts';
export { identity, rightsIn, type TestVm, testAuth } from './auth.ts';
export { openTerminal, startTestConsumer } from './consumer.ts';
export { type DialLegOptions, type Dialled, dialLeg } from './dial.ts';
export { startTestHub, type TestHub } from './hub.ts';
