export { closeFakeHubApis, fakeHubApi } from './fake-hub-api.ts';
