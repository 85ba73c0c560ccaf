// Channels and webhooks as REST and console see them.

import type { z } from "zod";
import type { AttemptView, alertChannelsReply, webhooksReply } from "../../protocol/index.ts";

export interface DeliveryConsole {
  channels(): z.infer<typeof alertChannelsReply>["channels"];
  webhooks(): z.infer<typeof webhooksReply>;
  /** Sends one now, and says how it went. Errors: `notify.unknown_target`. */
  testChannel(id: string): Promise<AttemptView>;
  testWebhook(id: string): Promise<AttemptView>;
  /** Errors: `notify.unknown_target`. */
  enableWebhook(id: string): void;
  /** Newest first. Errors: `notify.unknown_target`. */
  attempts(webhook: string): readonly AttemptView[];
}
