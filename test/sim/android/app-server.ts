// The server inside the app (its local mode): basic authentication, health, device, webhooks, settings, inbox.

import { z } from "zod";
import { seconds } from "../../../src/base/index.ts";
import { type JsonAnswer, type JsonRequest, JsonServer } from "./json-server.ts";
import type { SimPhone } from "./sim-phone.ts";

export interface AppServerOptions {
  readonly phone: SimPhone;
  readonly user: string;
  readonly password: string;
  /** True for the app's insecure build, which takes any `http:` address. */
  readonly insecure?: boolean;
}

const webhookBody = z.object({ id: z.string().optional(), url: z.string(), event: z.string() });
const settingsBody = z.object({
  webhooks: z.object({ signing_key: z.string().nullish() }).optional(),
  ping: z.object({ interval_seconds: z.number().nullish() }).optional(),
});
const exportBody = z.object({ since: z.iso.datetime(), until: z.iso.datetime() });

const NEW_EVENTS = ["mms:downloaded", "app:started", "sms:cancelled"];

export class AppServer {
  readonly #options: AppServerOptions;
  readonly #server: JsonServer;
  /** Requests so far, as `METHOD /path`. */
  readonly requests: string[] = [];

  constructor(options: AppServerOptions) {
    this.#options = options;
    this.#server = new JsonServer((request) => this.#answer(request));
  }

  start(port: number): Promise<string> {
    return this.#server.start(port);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  #answer(request: JsonRequest): JsonAnswer {
    const { phone, user, password } = this.#options;
    const { method, path } = request;
    this.requests.push(`${method} ${path}`);
    if (path === "/health") {
      const health = phone.health();
      return { status: health.status === "fail" ? 500 : 200, body: health };
    }
    const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    if (request.headers.authorization !== wanted) return { status: 401 };
    switch (`${method} ${path}`) {
      case "GET /device":
        return {
          status: 200,
          body: [{ id: "ffffffff", name: "Google/oriole", ...(phone.isOld ? {} : { simCards: phone.sims }) }],
        };
      case "GET /webhooks":
        return { status: 200, body: phone.webhooks.map((webhook) => ({ ...webhook, source: "Local" })) };
      case "POST /webhooks":
        return this.#register(webhookBody.parse(request.body));
      case "PATCH /settings":
        return this.#configure(settingsBody.parse(request.body));
      case "GET /inbox":
        return phone.isOld ? { status: 404 } : this.#inbox(request.query);
      case "POST /messages/inbox/export":
        return this.#export(exportBody.parse(request.body));
      default:
        return this.#deleteWebhook(method, path);
    }
  }

  #register(webhook: z.infer<typeof webhookBody>): JsonAnswer {
    const { phone, insecure = false } = this.#options;
    const { protocol, hostname } = new URL(webhook.url);
    if (protocol !== "https:" && hostname !== "127.0.0.1" && !insecure) {
      return { status: 400, body: { message: "url must start with https:// or http://127.0.0.1" } };
    }
    if (phone.isOld && NEW_EVENTS.includes(webhook.event))
      return { status: 400, body: { message: "Unsupported event" } };
    const stored = { ...webhook, id: webhook.id ?? `webhook-${phone.webhooks.length}` };
    phone.webhooks = [...phone.webhooks.filter(({ id }) => id !== stored.id), stored];
    return { status: 201, body: stored };
  }

  #deleteWebhook(method: string, path: string): JsonAnswer {
    const { phone } = this.#options;
    const [, id] = /^\/webhooks\/(.+)$/.exec(path) ?? [];
    if (method !== "DELETE" || id === undefined) return { status: 404 };
    phone.webhooks = phone.webhooks.filter((webhook) => webhook.id !== decodeURIComponent(id));
    return { status: 204 };
  }

  #configure({ webhooks, ping }: z.infer<typeof settingsBody>): JsonAnswer {
    const { phone } = this.#options;
    if (webhooks?.signing_key) phone.signingKey = webhooks.signing_key;
    if (ping?.interval_seconds) phone.pingEvery = seconds(ping.interval_seconds);
    return { status: 200, body: {} };
  }

  #inbox(query: URLSearchParams): JsonAnswer {
    const { phone } = this.#options;
    const [from, to] = [query.get("from"), query.get("to")].map((text) => Date.parse(text ?? ""));
    const [limit, offset] = [Number(query.get("limit") ?? 50), Number(query.get("offset") ?? 0)];
    const found = phone.inbox.filter(
      (sms) => sms.data === undefined && sms.sentAt >= (from ?? 0) && sms.sentAt <= (to ?? 0),
    );
    const rows = found.slice(offset, offset + limit).map((sms) => ({
      id: `text:${sms.id}`,
      type: "SMS",
      sender: sms.from,
      recipient: phone.sims[sms.sim - 1]?.phoneNumber ?? null,
      simNumber: phone.tellsSim ? sms.sim : null,
      contentPreview: sms.body,
      createdAt: new Date(sms.sentAt).toISOString(),
    }));
    return { status: 200, body: rows };
  }

  #export({ since, until }: z.infer<typeof exportBody>): JsonAnswer {
    const { phone } = this.#options;
    const [from, to] = [Date.parse(since), Date.parse(until)];
    for (const sms of phone.inbox) if (sms.sentAt >= from && sms.sentAt <= to) phone.report(sms);
    return { status: 202 };
  }
}
