// What the edge needs of a SIP server, in plain terms. `srf-connection.ts` is drachtio-srf behind it.

import type { Disposer } from "../../base/index.ts";
import type { SipSource } from "./registrar.ts";

export type SipHeaders = Readonly<Record<string, string | readonly string[]>>;

/** A request that belongs to no dialog. */
export interface SipRequest {
  readonly method: string;
  readonly uri: string;
  readonly source: SipSource;
  readonly body: string;
  /** All of that name, joined by commas; undefined when there is none. */
  header(name: string): string | undefined;
  respond(status: number, options?: { readonly headers?: SipHeaders; readonly body?: string }): void;
  /** It will get no answer. */
  drop(): void;
  /** The caller gave up; `reason`: its Reason header. */
  onCancel(listener: (reason: string | undefined) => void): void;
}

/** An answer within a dialog. */
export interface SipAnswer {
  readonly status: number;
  readonly body: string;
}

/** A request within a dialog, to be answered once. */
export interface DialogRequest {
  readonly kind: "offer" | "info" | "refer" | "message";
  readonly contentType: string | undefined;
  readonly body: string;
  respond(status: number, body?: string): void;
}

export interface DialogEvents {
  readonly onRequest: (request: DialogRequest) => void;
  /** Once: the other side hung up, or the server did. `reason`: its Reason header. */
  readonly onEnd: (reason: string | undefined) => void;
}

export interface SipDialog {
  readonly id: string;
  /** What the other side said last. */
  readonly remoteSdp: string;
  readonly localSdp: string;
  readonly isOver: boolean;
  /** Requests that came before wait for this. */
  attach(events: DialogEvents): void;
  /** A re-INVITE; never rejects: an answer of 408 stands for none. */
  offer(sdp: string): Promise<SipAnswer>;
  info(contentType: string, body: string): Promise<SipAnswer>;
  /** Hangs up. Idempotent, never rejects. */
  destroy(reason?: string): Promise<void>;
}

export interface InviteOptions {
  readonly uri: string;
  /** Where to send it, whatever the URI says. */
  readonly proxy?: string;
  readonly headers: SipHeaders;
  readonly sdp: string;
}

export type InviteResult =
  | { readonly kind: "answered"; readonly dialog: SipDialog }
  | { readonly kind: "refused"; readonly status: number };

export interface OutgoingInvite {
  /** Never rejects. */
  readonly result: Promise<InviteResult>;
  /** `reason`: value of a Reason header. Idempotent. */
  cancel(reason?: string): void;
}

export interface SipConnection {
  /** Such as `v0.9.10`. */
  readonly version: string;
  /** Once, when the connection is gone. */
  onClosed(listener: () => void): Disposer;
  onRequest(listener: (request: SipRequest) => void): void;
  invite(options: InviteOptions, onProvisional: (status: number, sdp: string) => void): OutgoingInvite;
  /** 200 to an INVITE; null when the caller has gone meanwhile. */
  accept(request: SipRequest, sdp: string): Promise<SipDialog | null>;
  /** Hangs up a dialog of an earlier connection that the server may still have. */
  hangUp(dialogId: string): void;
  /** Resolves with true when the server answered in time. */
  ping(): Promise<boolean>;
  close(): void;
}
