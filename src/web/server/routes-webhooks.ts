// REST: makes, changes and deletes webhooks. How they do is told beside the alerts.

import { z } from "zod";
import type { WebhookConsole } from "../../core/index.ts";
import {
  webhookChanged,
  webhookKeyReply,
  webhookMadeReply,
  webhookPatch,
  webhookRequest,
  webhookSettings,
} from "../../protocol/index.ts";
import { nameOf, type Principal } from "./access.ts";
import { type Operation, operation } from "./operation.ts";

const ofOne = z.strictObject({ id: z.string().min(1).max(100) });
const byOf = (principal: Principal | null): string => (principal === null ? "" : nameOf(principal));
const EXAMPLE = { id: "erp", url: "https://erp.example/numberbox", events: ["sms.received", "rental.*"] };

export function webhookOperations(webhooks: WebhookConsole): readonly Operation[] {
  const common = { scope: "manage", tag: "Webhooks" } as const;
  const one = { ...common, path: "/webhooks/{id}", params: ofOne } as const;
  const refusals = ["settings.invalid", "settings.conflict"];
  const unknown = "notify.unknown_target";
  return [
    operation({
      ...{ ...common, method: "post", path: "/webhooks", body: webhookRequest, reply: webhookMadeReply, status: 201 },
      ...{ errors: ["webhook.exists", ...refusals], example: EXAMPLE, idempotent: false },
      summary: "Add a webhook; the answer holds its signing key, once",
      run: ({ body, principal }) => webhooks.create(body, byOf(principal)),
    }),
    operation({
      ...{ ...one, method: "get", reply: webhookSettings, errors: [unknown] },
      summary: "A webhook with its whole address",
      run: ({ params }) => webhooks.one(params.id),
    }),
    operation({
      ...{ ...one, method: "patch", body: webhookPatch, reply: webhookChanged, errors: [unknown, ...refusals] },
      summary: "Change a webhook; what waits for it goes to the new address",
      example: { events: ["sms.received"] },
      run: ({ params, body, principal }) => webhooks.change(params.id, body, byOf(principal)),
    }),
    operation({
      ...{ ...one, method: "delete", reply: webhookChanged, errors: [unknown, ...refusals] },
      summary: "Delete a webhook, and what waits for it",
      run: ({ params, principal }) => webhooks.remove(params.id, byOf(principal)),
    }),
    operation({
      ...{ ...common, method: "post", path: "/webhooks/{id}/key", params: ofOne, reply: webhookKeyReply },
      ...{ errors: [unknown, ...refusals], idempotent: false },
      summary: "Make a new signing key; until the next one the old signs too",
      run: async ({ params, principal }) => ({ secret: await webhooks.renewKey(params.id, byOf(principal)) }),
    }),
  ];
}
