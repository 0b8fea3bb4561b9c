/** Test support: a hub's HTTP API. */
export { closeFakeHubApis, fakeHubApi } from './fake-hub-api.ts';
