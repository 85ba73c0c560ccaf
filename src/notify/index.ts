// Public face of `notify`.

export { type EmailSenderDeps, emailSender } from "./email-sender.ts";
export { LONGEST_TELEGRAM_TEXT, type TelegramBot, telegramBot } from "./telegram-bot.ts";
export { type TelegramSenderDeps, telegramSender } from "./telegram-sender.ts";
export { type WebhookSenderDeps, webhookSender } from "./webhook-sender.ts";
export { signWebhook, webhookKeys } from "./webhook-signature.ts";
