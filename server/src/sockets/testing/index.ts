/** What tests outside this folder use: a hub, agents and consumers, each without the rest of its program. */
export { BEAT, echo, flood, newAcceptor, startTestAgent } from './test-agent.ts';
export { openTerminal, startTestConsumer } from './test-consumer.ts';
export { startTestHub, type TestHub } from './test-hub.ts';
