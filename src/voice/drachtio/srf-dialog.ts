// One dialog of drachtio-srf. SDP is kept here: the library's own memory of it goes wrong with refused re-INVITEs, after which its
// `modify` never sends one again.

import { z } from "zod";
import { type Clock, type Millis, seconds, withDeadline } from "../../base/index.ts";
import type { DialogEvents, DialogRequest, SipAnswer, SipDialog } from "./sip-port.ts";
import type { RawDialog, RawRequest, RawResponse } from "./srf-shapes.ts";

export interface SrfDialogOptions {
  readonly clock: Clock;
  /** Aborts when the connection is gone. */
  readonly closed: AbortSignal;
  readonly localSdp: string;
  /** Unless it is in the answer that made the dialog. */
  readonly remoteSdp?: string;
}

/** RFC 3261's 64 × T1. */
const ANSWER_LIMIT: Millis = seconds(32);
const answerShape = z.object({ status: z.number(), body: z.string().optional() });
const bodyShape = z.object({ body: z.string().optional() });
const bodyOf = (message: unknown): string => {
  const parsed = bodyShape.safeParse(message);
  return parsed.success ? (parsed.data.body ?? "") : "";
};
const NO_ANSWER: SipAnswer = { status: 408, body: "" };

function headerOf(message: unknown, name: string): string | undefined {
  const get = (message as { get?: (name: string) => unknown } | undefined)?.get;
  const value = typeof get === "function" ? get.call(message, name) : undefined;
  return typeof value === "string" ? value : undefined;
}

export class SrfDialog implements SipDialog {
  readonly id: string;
  readonly #raw: RawDialog;
  readonly #options: SrfDialogOptions;
  #remote: string;
  #local: string;
  #events: DialogEvents | null = null;
  #isOver = false;

  constructor(raw: RawDialog, options: SrfDialogOptions) {
    this.#raw = raw;
    this.#options = options;
    this.id = typeof raw.id === "string" ? raw.id : "";
    this.#local = options.localSdp;
    this.#remote = options.remoteSdp ?? bodyOf(raw.res);
    // What comes before somebody listens must wait.
    raw.queueRequests = true;
    raw.on("destroy", (request) => this.#end(headerOf(request, "Reason")));
    raw.on("modify", (request, response) => this.#take("offer", request, response));
    raw.on("update", (request, response) => {
      // Without SDP it only refreshes the call, and no SDP may be in its answer (RFC 3311 section 5.2).
      if (bodyOf(request) === "") (response as RawResponse).send(200, {});
      else this.#take("offer", request, response);
    });
    for (const kind of ["info", "refer", "message"] as const)
      raw.on(kind, (request, response) => this.#take(kind, request, response));
  }

  get remoteSdp(): string {
    return this.#remote;
  }
  get localSdp(): string {
    return this.#local;
  }
  get isOver(): boolean {
    return this.#isOver;
  }

  attach(events: DialogEvents): void {
    this.#events = events;
    this.#raw.queueRequests = false;
  }

  async offer(sdp: string): Promise<SipAnswer> {
    const contact = this.#raw.local?.contact;
    const headers = typeof contact === "string" ? { Contact: contact } : {};
    const answer = await this.#ask({ method: "INVITE", headers, body: sdp });
    if (answer.status < 300) {
      this.#local = sdp;
      this.#remote = answer.body;
    }
    return answer;
  }

  info(contentType: string, body: string): Promise<SipAnswer> {
    return this.#ask({ method: "INFO", headers: { "Content-Type": contentType }, body });
  }

  async destroy(reason?: string): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events = null;
    const done = new Promise<void>((resolve) => {
      try {
        this.#raw.destroy(reason === undefined ? {} : { headers: { Reason: reason } }, () => resolve());
      } catch {
        // The socket has gone.
        resolve();
      }
    });
    const { clock, closed } = this.#options;
    await withDeadline(done, { clock, timeout: ANSWER_LIMIT, what: "the answer to BYE", signal: closed }).catch(
      () => {},
    );
  }

  async #ask(options: {
    readonly method: string;
    readonly headers: object;
    readonly body: string;
  }): Promise<SipAnswer> {
    const { clock, closed } = this.#options;
    if (this.#isOver || closed.aborted) return NO_ANSWER;
    const answer = new Promise<SipAnswer>((resolve) => {
      try {
        this.#raw.request(options, (_error, response) => {
          const parsed = answerShape.safeParse(response);
          if (!parsed.success) resolve(NO_ANSWER);
          else if (parsed.data.status >= 200) resolve({ status: parsed.data.status, body: parsed.data.body ?? "" });
        });
      } catch {
        resolve(NO_ANSWER);
      }
    });
    return withDeadline(answer, {
      clock,
      timeout: ANSWER_LIMIT,
      what: `the answer to ${options.method}`,
      signal: closed,
    }).catch(() => NO_ANSWER);
  }

  #take(kind: DialogRequest["kind"], request: unknown, response: unknown): void {
    const raw = response as RawResponse;
    const body = bodyOf(request);
    const respond = (status: number, answer = ""): void => {
      if (this.#options.closed.aborted || raw.finalResponseSent === true) return;
      const contact = this.#raw.local?.contact;
      const headers =
        answer !== "" && typeof contact === "string" ? { Contact: contact, "Content-Type": "application/sdp" } : {};
      raw.send(status, answer === "" ? { headers } : { headers, body: answer });
      if (kind === "offer" && status < 300) {
        if (body !== "") this.#remote = body;
        if (answer !== "") this.#local = answer;
      }
    };
    if (this.#events === null) respond(491);
    else this.#events.onRequest({ kind, contentType: headerOf(request as RawRequest, "Content-Type"), body, respond });
  }

  #end(reason: string | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const events = this.#events;
    this.#events = null;
    events?.onEnd(reason);
  }
}
