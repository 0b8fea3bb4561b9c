/** state.json: what a running agent tells other processes about itself. */
export { AgentState, bornOf, isAlive, LiveState, loadState, refuseSecond } from './live-state.ts';
