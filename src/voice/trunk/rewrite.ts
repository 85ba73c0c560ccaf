// What changes in a message on its way between the loopback and the trunk. At both ends stands a stateless proxy (RFC 3261 section
// 16.11): a Via of its own on what it hands to its SIP server, and a Contact through which answers come back to it. Pure.

import { createHash } from "node:crypto";
import { headerName, headerOf, methodOf, type SipText } from "./sip-text.ts";

/** A UDP address on the loopback. */
export interface LocalAddress {
  readonly host: string;
  readonly port: number;
}

/** What a call needs, and nothing that a server may tell of itself, of its network or of callers. */
const CROSSES: ReadonlySet<string> = new Set([
  ...["via", "from", "to", "call-id", "cseq", "contact", "max-forwards", "content-type", "reason", "allow"],
  ...["require", "supported", "unsupported", "rseq", "rack", "session-expires", "min-se", "retry-after", "warning"],
  ...["x-account", "x-media", "p-asserted-identity"],
]);
const METHODS: ReadonlySet<string> = new Set(["INVITE", "ACK", "BYE", "CANCEL", "INFO", "UPDATE", "PRACK", "OPTIONS"]);
const MARK = "z9hG4bKnbx";

/** Whether a message may go through a trunk: one of a call. Registrations and lists are the trunk's own. */
export function mayCross(method: string): boolean {
  return METHODS.has(method);
}

const branchOf = (via: string | undefined): string => /;\s*branch=([^;,\s]+)/i.exec(via ?? "")?.[1] ?? "";

/** The same for the same transaction; an ACK of a refusal and a CANCEL have the branch of their INVITE. */
function ownVia(message: SipText, { host, port }: LocalAddress): string {
  const digest = createHash("sha256")
    .update(branchOf(headerOf(message, "via")))
    .digest("hex")
    .slice(0, 24);
  return `SIP/2.0/UDP ${host}:${port};branch=${MARK}${digest}`;
}

const withoutLength = (headers: SipText["headers"]): SipText["headers"] =>
  headers.filter(([name]) => headerName(name) !== "content-length");

/** From the SIP server on the loopback into the trunk. Null: it is not for the trunk. */
export function intoTrunk(message: SipText, here: LocalAddress): SipText | null {
  const crossing = withoutLength(message.headers).filter(([name]) => CROSSES.has(headerName(name)));
  if (methodOf(message) !== null) return mayCross(methodOf(message) ?? "") ? { ...message, headers: crossing } : null;
  // An answer: to a request that we handed over, or to none of ours.
  const at = crossing.findIndex(([name]) => headerName(name) === "via");
  const [first = "", ...others] = (crossing[at]?.[1] ?? "").split(/\s*,\s*/);
  if (!branchOf(first).startsWith(MARK) || !first.includes(`${here.host}:${here.port}`)) return null;
  const rest = others.length === 0 ? [] : [["Via", others.join(", ")] as const];
  return { ...message, headers: [...crossing.slice(0, at), ...rest, ...crossing.slice(at + 1)] };
}

/** From the trunk to the SIP server on the loopback. Null: it must not go there. */
export function ontoLoopback(message: SipText, here: LocalAddress): SipText | null {
  const method = methodOf(message);
  if (method !== null && !mayCross(method)) return null;
  const headers = withoutLength(message.headers)
    .filter(([name]) => CROSSES.has(headerName(name)))
    .map(([name, value]) =>
      headerName(name) === "contact"
        ? (["Contact", `<sip:trunk@${here.host}:${here.port};transport=udp>`] as const)
        : ([name, value] as const),
    );
  if (method === null) return { ...message, headers };
  return { ...message, headers: [["Via", ownVia(message, here)], ...headers] };
}
