/**
 * Lua code that reads the clock of the Redis node into `now`, ms since 1970. The clocks of hubs are never
 * used, because they may differ.
 */
export const TIME = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;
