// A request out of a dialog, as drachtio-srf hands it over.

import { z } from "zod";
import type { SipTransport } from "./registrar.ts";
import type { SipHeaders, SipRequest } from "./sip-port.ts";
import type { RawAgent, RawRequest, RawResponse } from "./srf-shapes.ts";

const fields = z.object({
  method: z.string().min(1).max(20),
  uri: z.string().max(2000),
  source_address: z.string(),
  source_port: z.number(),
  protocol: z.enum(["udp", "tcp", "tls", "ws", "wss"]),
  body: z.string().optional(),
});

export class SrfRequest implements SipRequest {
  readonly raw: RawRequest;
  readonly rawResponse: RawResponse;
  readonly method: string;
  readonly uri: string;
  readonly source: { readonly transport: SipTransport; readonly address: string; readonly port: number };
  readonly body: string;
  readonly #agent: RawAgent;

  private constructor(raw: RawRequest, response: RawResponse, agent: RawAgent, parsed: z.infer<typeof fields>) {
    this.raw = raw;
    this.rawResponse = response;
    this.#agent = agent;
    this.method = parsed.method.toUpperCase();
    this.uri = parsed.uri;
    this.body = parsed.body ?? "";
    this.source = { transport: parsed.protocol, address: parsed.source_address, port: parsed.source_port };
  }

  static of(raw: RawRequest, response: RawResponse, agent: RawAgent): SrfRequest | null {
    const parsed = fields.safeParse(raw);
    return parsed.success ? new SrfRequest(raw, response, agent, parsed.data) : null;
  }

  header(name: string): string | undefined {
    const value = this.raw.get(name);
    return typeof value === "string" ? value : undefined;
  }

  respond(status: number, options: { readonly headers?: SipHeaders; readonly body?: string } = {}): void {
    if (this.rawResponse.finalResponseSent === true) return;
    const headers = Object.fromEntries(
      Object.entries(options.headers ?? {}).map(([name, value]) => [name, lines(name, value)]),
    );
    this.rawResponse.send(status, { headers, ...(options.body === undefined ? {} : { body: options.body }) });
  }

  drop(): void {
    this.#agent.forget(this.rawResponse, this.header("Call-ID") ?? "");
  }

  onCancel(listener: (reason: string | undefined) => void): void {
    this.raw.on("cancel", (cancel) => {
      const get = (cancel as { get?: (name: string) => unknown } | undefined)?.get;
      const reason = get?.call(cancel, "Reason");
      listener(typeof reason === "string" ? reason : undefined);
    });
  }
}

/** The library joins values with commas, which challenges do not survive: each goes on a line of its own. */
const lines = (name: string, value: string | readonly string[]): string =>
  typeof value === "string" ? value : value.join(`\r\n${name}: `);
