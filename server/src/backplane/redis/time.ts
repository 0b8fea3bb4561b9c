/** Lua that reads the Redis node's clock into `now`, ms since 1970. The clocks of hubs are never used. */
export const TIME = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;
