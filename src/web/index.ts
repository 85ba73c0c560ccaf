// Public face of `web`: the box's console, REST and live feed. The pages under `pages/` are built by Vite and run in a browser.

export { type ApiScope, createApiToken } from "./server/api-tokens.ts";
export { DEFAULT_WEB_LIMITS, type WebLimits } from "./server/limits.ts";
export { setPassword } from "./server/passwords.ts";
export { startWeb, type WebHandle, type WebOptions } from "./server/start.ts";
