export { SESSIONS } from './sessions.ts';
