// Reads the recorded exchange, and reduces messages of the wire to their forms, so that two servers can be compared member by member.

import { readFileSync } from "node:fs";
import { SipMessage } from "../sip/sip-message.ts";
import { parseWire, type WireMessage } from "./wire.ts";

export interface Recorded extends WireMessage {
  readonly from: "app" | "server";
}

/** All messages, in their order. */
export function readRecording(): Recorded[] {
  const text = readFileSync(new URL("./recorded-exchange.txt", import.meta.url), "utf8");
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const [head = "", rest = ""] = [part.slice(0, 1), part.slice(2)];
      const end = rest.indexOf("\n");
      const line = (end < 0 ? rest : rest.slice(0, end)).trim();
      const sip = end < 0 ? "" : withLength(rest.slice(end + 1).trimEnd());
      return { from: head === ">" ? "app" : "server", ...parseWire(sip === "" ? line : `${line}\r\n${sip}`) };
    });
}

/** Line ends of SIP, the empty line, and a body of the length that the message says. */
function withLength(text: string): string {
  const [head = "", body] = text.split(/\n\n([\s\S]*)/);
  return `${head.replaceAll("\n", "\r\n")}\r\n\r\n${body === undefined ? "" : `${body.replaceAll("\n", "\r\n")}\r\n`}`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function formOfToken(token: string): string {
  if (UUID.test(token)) return "<uuid>";
  if (/;from-tag=/.test(token)) return "<dialog>";
  if (/^\d{2}:\d{2}:\d{2}\.\d{6}$/.test(token)) return "<time>";
  if (/^\d+(\.\d+){3}$/.test(token)) return "<address>";
  if (/^\d+$/.test(token)) return "<number>";
  if (/^v\d+\.\d+\.\d+/.test(token)) return "<version>";
  if (/^(tls|tcp|udp)\//.test(token)) return "<ports>";
  return token;
}

export interface Form {
  readonly line: string;
  /** Method or status. */
  readonly start: string;
  readonly headers: readonly string[];
  readonly hasBody: boolean;
}

export function formOf({ tokens, sip }: WireMessage): Form {
  const message = sip === "" ? null : SipMessage.parse(sip);
  const start = message === null ? "" : message.isRequest ? message.method : String(message.status);
  return {
    line: tokens.map(formOfToken).join("|"),
    start,
    headers: message === null ? [] : message.headers.map(([name]) => name).sort(),
    hasBody: (message?.body ?? "") !== "",
  };
}
