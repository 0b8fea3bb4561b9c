/** state.json: what a running agent tells other processes. */
export { AgentState, bornOf, isAlive, LiveState, loadState, refuseSecond } from './live-state.ts';
