// Public face of the webhooks.

export * from "./webhook-events.ts";
export { WebhookFeed, type WebhookFeedDeps } from "./webhook-feed.ts";
