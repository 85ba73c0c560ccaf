// The trunk's own SIP messages: those that stay between box and relay. Pure.

import { headerOf, methodOf, type SipText } from "./sip-text.ts";
import type { TrunkBindings, TrunkRegister, TrunkReply } from "./wire.ts";

const JSON_TYPE = "application/json";

function own(start: string, name: string, cseq: string, more: SipText["headers"], body: unknown): SipText {
  return {
    start,
    headers: [
      ["Via", `SIP/2.0/TLS ${name}.invalid;branch=z9hG4bK${cseq.replace(" ", "-")}`],
      ["From", `<sip:${name}@trunk.invalid>;tag=trunk`],
      ["To", "<sip:trunk@trunk.invalid>"],
      ["Call-ID", `${name}@trunk.invalid`],
      ["CSeq", cseq],
      ...more,
      ["Content-Type", JSON_TYPE],
    ],
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** `authorization`: of `trunkAuthorization`; with each, so that none counts for longer than its connection. */
export function registerMessage(cseq: number, authorization: string, body: TrunkRegister): SipText {
  const more = [["Authorization", authorization] as const, ["Supported", "outbound"] as const];
  return own("REGISTER sip:trunk.invalid SIP/2.0", "box", `${cseq} REGISTER`, more, body);
}

export function notifyMessage(cseq: number, body: TrunkBindings): SipText {
  return own("NOTIFY sip:trunk.invalid SIP/2.0", "relay", `${cseq} NOTIFY`, [["Event", "reg"]], body);
}

/** The answer to a REGISTER. */
export function registerAnswer(request: SipText, status: 200 | 400 | 403 | 503, body: TrunkReply | null): SipText {
  const copied = request.headers.filter(([name]) => /^(?:via|from|to|call-id|cseq)$/i.test(name));
  const reasons = { 200: "OK", 400: "Bad Request", 403: "Forbidden", 503: "Service Unavailable" } as const;
  return {
    start: `SIP/2.0 ${status} ${reasons[status]}`,
    headers: body === null ? copied : [...copied, ["Content-Type", JSON_TYPE]],
    body: body === null ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
  };
}

/** The number of a REGISTER or of an answer to one; null for every other message. */
export function registerNumber(message: SipText): number | null {
  const number = /^(\d{1,9})\s+REGISTER$/.exec(headerOf(message, "cseq")?.trim() ?? "")?.[1];
  const isOurs = methodOf(message) === "REGISTER" || methodOf(message) === null;
  return number !== undefined && isOurs ? Number(number) : null;
}
