/** The identity of this agent, and the hub that the agent joined. */
export { AgentConfig, defaultAgentDir, loadConfig, RuntimeKind, saveConfig } from './config.ts';
export { nextConnSeq } from './conn-seq.ts';
export { Credentials } from './credentials.ts';
export { hubApi } from './hub-api.ts';
export { checkHub, mayBeSentTo, parseHubUrl, tunnelUrl } from './hub-url.ts';
export { loadKey, makeKey, ProviderKey } from './key.ts';
export { KnownHubs } from './known-hubs.ts';
