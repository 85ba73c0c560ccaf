// Public face of the webhooks.

export { type ContentDeps, type ContentHook, contentNotices } from "./webhook-content.ts";
export * from "./webhook-editor.ts";
export * from "./webhook-events.ts";
export { WebhookFeed, type WebhookFeedDeps } from "./webhook-feed.ts";
