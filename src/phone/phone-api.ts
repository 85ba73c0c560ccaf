// The server inside the app, as the box uses it: the phone's health and SIMs, what it reports and to whom, and its inbox.

import { z } from "zod";
import {
  AppError,
  type Clock,
  fromUtf8,
  hasCode,
  isAppError,
  type Millis,
  seconds,
  systemCodeOf,
  toBase64,
  type UnixMs,
  utf8,
  withDeadline,
} from "../base/index.ts";
import { type PhoneApiAccess, parseJsonWith } from "../protocol/index.ts";
import { healthBody, type PhoneHealth, type PhoneSim, readHealth, readSims, simCards } from "./health.ts";
import { type PhoneMessage, parsePhoneTime } from "./phone-message.ts";

export interface PhoneDevice {
  readonly manufacturer: string;
  readonly model: string;
  readonly sims: readonly PhoneSim[];
}

export interface RegisteredWebhook {
  readonly id: string;
  readonly url: string;
  readonly event: string;
}

export interface InboxPage {
  /** Null when this version of the app has no inbox to read. */
  readonly messages: readonly PhoneMessage[] | null;
}

const TIMEOUT: Millis = seconds(8);
/** A page of the inbox: 200 messages of 255 parts would be larger, and nobody gets those. */
const MAX_ANSWER = 4 * 1024 * 1024;
export const INBOX_PAGE = 200;

const deviceReply = z
  .array(z.object({ name: z.string().max(200).default(""), simCards: simCards.nullish() }))
  .min(1)
  .max(1);
const webhooksReply = z.array(z.object({ id: z.string(), url: z.string(), event: z.string() }));
const inboxReply = z.array(
  z.object({
    id: z.string().max(128),
    sender: z.string().max(64),
    recipient: z.string().max(64).nullish(),
    simNumber: z.int().min(0).max(8).nullish(),
    /** All of it for a text, despite its name. */
    contentPreview: z.string(),
    createdAt: z.string().max(40),
  }),
);
const anything = z.unknown();

interface Call<T> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly schema: z.ZodType<T>;
  /** Statuses besides 2xx whose body is an answer too. */
  readonly also?: readonly number[];
}

function statusError(status: number): AppError {
  if (status === 401) {
    return new AppError("phone.bad_credentials", "the app does not take this user and password", {
      hint: "Type both as the app's first page shows them.",
    });
  }
  return new AppError("phone.api_refused", `the app's server answered with status ${status}`, {
    hint: "Bring the app up to date.",
    context: { status },
    retryable: status >= 500,
  });
}

function unreachable(cause: unknown): AppError {
  return new AppError("phone.unreachable", "the app's server cannot be reached", {
    hint: "Switch on Local Server in the app, tap Offline so that it says Online, and keep the phone on the box's network.",
    context: { system: systemCodeOf(cause) ?? null },
    retryable: true,
    cause,
  });
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw new AppError("phone.bad_reply", "the app's answer is too large");
    chunks.push(chunk);
  }
  return fromUtf8(Buffer.concat(chunks));
}

export class PhoneApi {
  readonly #clock: Clock;
  readonly #access: PhoneApiAccess;
  readonly #signal: AbortSignal;

  constructor(options: { readonly clock: Clock; readonly access: PhoneApiAccess; readonly signal: AbortSignal }) {
    this.#clock = options.clock;
    this.#access = options.access;
    this.#signal = options.signal;
  }

  /** Errors of all: `phone.unreachable`, `phone.bad_credentials`, `phone.api_refused`, `phone.bad_reply`, `base.stopped`. */
  async health(): Promise<PhoneHealth> {
    // Of a phone that fails a check (an empty battery, no network) the app says 500, and what is the matter.
    return readHealth(await this.#call({ method: "GET", path: "/health", schema: healthBody, also: [500] }));
  }

  async device(): Promise<PhoneDevice> {
    const [device] = await this.#call({ method: "GET", path: "/device", schema: deviceReply });
    const [manufacturer = "", ...model] = (device?.name ?? "").split("/");
    return { manufacturer, model: model.join("/"), sims: readSims(device?.simCards ?? []) };
  }

  async webhooks(): Promise<readonly RegisteredWebhook[]> {
    return await this.#call({ method: "GET", path: "/webhooks", schema: webhooksReply });
  }

  /** Replaces a webhook of the same id. The app takes `https:` URLs, and `http:` only for 127.0.0.1. */
  async putWebhook(webhook: RegisteredWebhook): Promise<void> {
    await this.#call({ method: "POST", path: "/webhooks", body: webhook, schema: anything }).catch((error) => {
      if (!hasCode(error, "phone.api_refused") || error.context.status !== 400) throw error;
      throw new AppError("phone.url_refused", "the app does not send to the box's address", {
        hint: "The app asks for https (or 127.0.0.1 by way of USB): put a TLS proxy before the box, and add the phone by that address.",
        cause: error,
      });
    });
  }

  async deleteWebhook(id: string): Promise<void> {
    await this.#call({ method: "DELETE", path: `/webhooks/${encodeURIComponent(id)}`, schema: anything });
  }

  /** Sets the key that webhooks are signed with, at once, and how often the app pings, from its next start on. */
  async configure(signingKey: string, pingEvery: Millis): Promise<void> {
    const body = { webhooks: { signing_key: signingKey }, ping: { interval_seconds: Math.round(pingEvery / 1000) } };
    await this.#call({ method: "PATCH", path: "/settings", body, schema: anything });
  }

  /** Texts that came from `since` on. */
  async inbox(since: UnixMs, until: UnixMs, offset: number): Promise<InboxPage> {
    const span = `from=${encodeURIComponent(iso(since))}&to=${encodeURIComponent(iso(until))}`;
    const path = `/inbox?type=SMS&limit=${INBOX_PAGE}&offset=${offset}&${span}`;
    try {
      const rows = await this.#call({ method: "GET", path, schema: inboxReply });
      return { messages: rows.map(messageOf) };
    } catch (error) {
      // Before version 1.66 there is no inbox to read.
      if (hasCode(error, "phone.api_refused") && error.context.status === 404) return { messages: null };
      throw error;
    }
  }

  /** Asks the app to report what came from `since` on by its webhooks. */
  async exportInbox(since: UnixMs, until: UnixMs): Promise<void> {
    const body = { since: iso(since), until: iso(until) };
    await this.#call({ method: "POST", path: "/messages/inbox/export", body, schema: anything });
  }

  async #call<T>(call: Call<T>): Promise<T> {
    const aborter = new AbortController();
    const signal = AbortSignal.any([this.#signal, aborter.signal]);
    try {
      const waiting = { clock: this.#clock, timeout: TIMEOUT, what: "the app's answer", signal: this.#signal };
      return await withDeadline(this.#exchange(call, signal), waiting);
    } catch (error) {
      if (hasCode(error, "base.timeout")) throw unreachable(error);
      throw isAppError(error) ? error : unreachable(error);
    } finally {
      aborter.abort();
    }
  }

  async #exchange<T>({ method, path, body, schema, also = [] }: Call<T>, signal: AbortSignal): Promise<T> {
    const { url, user, password } = this.#access;
    const response = await fetch(new URL(path, url), {
      method,
      signal,
      redirect: "error",
      headers: {
        accept: "application/json",
        authorization: `Basic ${toBase64(utf8(`${user}:${password}`))}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await boundedText(response);
    if (!response.ok && !also.includes(response.status)) throw statusError(response.status);
    if (schema === anything) return schema.parse(undefined);
    return parseJsonWith(schema, text, "phone.bad_reply", "the app's answer");
  }
}

const iso = (at: UnixMs): string => new Date(at).toISOString();

function messageOf(row: z.infer<typeof inboxReply>[number]): PhoneMessage {
  const { id, sender, recipient, simNumber, contentPreview, createdAt } = row;
  return {
    sim: simNumber || null,
    recipient: recipient || null,
    from: sender,
    body: contentPreview,
    data: null,
    kind: null,
    sentAt: parsePhoneTime(createdAt),
    eventId: `inbox:${id}`,
  };
}
