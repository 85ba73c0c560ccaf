// Public face of `web`: the box's console, REST and live feed. The pages under `pages/` are built by Vite and run in a browser.

export { forgetFactors, forgetUsers } from "./server/accounts/forget-factors.ts";
export type { SecretBox } from "./server/accounts/secret-box.ts";
export { readUsers, setPassword } from "./server/accounts/user-records.ts";
export { createApiToken } from "./server/api-tokens.ts";
export { DEFAULT_WEB_LIMITS, type WebLimits } from "./server/limits.ts";
export { type Download, type Operation, operation } from "./server/operation.ts";
export { alertOperations, deliveryOperations, eventOperations } from "./server/routes-alerts.ts";
export { backupOperations } from "./server/routes-backup.ts";
export { callOperations } from "./server/routes-calls.ts";
export { hostOperations } from "./server/routes-host.ts";
export { keptOperations } from "./server/routes-kept.ts";
export { networkOperations } from "./server/routes-network.ts";
export { outboxOperations } from "./server/routes-outbox.ts";
export { ownBrokerOperations } from "./server/routes-own-broker.ts";
export { settingsOperations } from "./server/routes-settings.ts";
export { signalOperations } from "./server/routes-signal.ts";
export { type SupportConsole, supportOperations } from "./server/routes-support.ts";
export { updateOperations } from "./server/routes-updates.ts";
export { webhookOperations } from "./server/routes-webhooks.ts";
export { wizardOperations } from "./server/routes-wizard.ts";
export { startWeb, type WebHandle, type WebOptions } from "./server/start.ts";
export type { ApiScope, Role } from "./shared/scopes.ts";
