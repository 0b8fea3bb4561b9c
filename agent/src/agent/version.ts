/** The version of this agent, taken from package.json. */
import pkg from '../../package.json' with { type: 'json' };

export const VERSION = pkg.version;
