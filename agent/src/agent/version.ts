/** The version of this agent, from its package.json. */
import pkg from '../../package.json' with { type: 'json' };

export const VERSION = pkg.version;
