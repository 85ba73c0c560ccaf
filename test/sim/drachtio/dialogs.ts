// Dialogs of the in-process drachtio-server (RFC 3261 section 12).

import { parseSipUri, SipMessage, uriOf } from "../sip/sip-message.ts";
import type { Peer } from "../sip/sip-sockets.ts";
import type { ServerTransaction } from "../sip/sip-transactions.ts";

export interface Dialog {
  readonly callId: string;
  /** Of the INVITE that made it: part of its id. */
  readonly fromTag: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: string;
  readonly remote: string;
  remoteTarget: string;
  readonly routes: readonly string[];
  peer: Peer;
  cseq: number;
  /** Of the last INVITE that was sent. */
  inviteCseq: number;
  /** An INVITE that was answered with 2xx and waits for its ACK. */
  invite: ServerTransaction | null;
  inviteId: string | null;
  acks: number;
  /** For a 2xx that comes again. */
  ack: SipMessage | null;
}

const splitRoutes = (values: readonly string[]): string[] =>
  values.flatMap((value) => value.split(/,(?=\s*<)/)).map((value) => value.trim());

/** We answered: requests go where the INVITE came from. */
export function dialogOfAnswer(request: SipMessage, answer: SipMessage, from: Peer): Dialog {
  return {
    callId: request.callId,
    fromTag: request.tag("From"),
    localTag: answer.tag("To"),
    remoteTag: request.tag("From"),
    local: answer.get("To"),
    remote: request.get("From"),
    remoteTarget: uriOf(request.get("Contact")),
    routes: splitRoutes(request.all("Record-Route")),
    peer: from,
    cseq: 5000,
    inviteCseq: 0,
    invite: null,
    inviteId: null,
    acks: 0,
    ack: null,
  };
}

/** We asked. */
export function dialogOfRequest(request: SipMessage, answer: SipMessage, to: Peer): Dialog {
  return {
    callId: request.callId,
    fromTag: request.tag("From"),
    localTag: request.tag("From"),
    remoteTag: answer.tag("To"),
    local: request.get("From"),
    remote: answer.get("To"),
    remoteTarget: uriOf(answer.get("Contact")),
    routes: splitRoutes(answer.all("Record-Route")).reverse(),
    peer: to,
    cseq: request.cseq,
    inviteCseq: request.cseq,
    invite: null,
    inviteId: null,
    acks: 0,
    ack: null,
  };
}

/** A request within `dialog`, without Via. */
export function inDialog(dialog: Dialog, method: string, cseq: number): SipMessage {
  const target =
    dialog.remoteTarget === ""
      ? `sip:${parseSipUri(dialog.remote).user}@${dialog.peer.host}:${dialog.peer.port}`
      : dialog.remoteTarget;
  const request = new SipMessage(`${method} ${target} SIP/2.0`, [
    ["Max-Forwards", "70"],
    ["From", dialog.local],
    ["To", dialog.remote],
    ["Call-ID", dialog.callId],
    ["CSeq", `${cseq} ${method}`],
  ]);
  for (const route of dialog.routes) request.add("Route", route);
  return request;
}
