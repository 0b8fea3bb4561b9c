/** The version of this agent, as its package says. */
import pkg from '../../package.json' with { type: 'json' };

export const VERSION = pkg.version;
