/** Lua that reads the clock of the node it runs on into `now`, ms since 1970: hubs' own clocks decide nothing. */
export const TIME = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;
