/** state.json: what a running agent tells other processes about its state. */
export { AgentState, bornOf, isAlive, LiveState, loadState, refuseSecond } from './live-state.ts';
