/** What tests outside this folder use: a hub, agents and consumers, each without the rest of its program. */
export { BEAT, echo, flood, newAcceptor, startTestAgent } from './agent.ts';
export { openTerminal, startTestConsumer } from './consumer.ts';
export { startTestHub, type TestHub } from './hub.ts';
