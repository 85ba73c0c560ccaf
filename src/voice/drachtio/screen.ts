// The first look at a request that belongs to no call: what gets no answer at all. Scanners learn from every answer. Pure.

import type { SipSource } from "./registrar.ts";
import { parseAddress } from "./sip-uri.ts";

export interface ScreenInput {
  readonly method: string;
  readonly uri: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly agent: string | undefined;
  readonly source: SipSource;
}

export interface ScreenRules {
  /** Whether that is an anchor: Asterisk, or a box at its relay. Nobody else may ring phones. */
  readonly isAnchor: (source: SipSource) => boolean;
  /** What names of accounts look like; says nothing of which exist. */
  readonly accountShape: RegExp;
  /** Whether a phone is registered from an address. */
  readonly knows: (address: string) => boolean;
}

export type ScreenVerdict =
  | { readonly kind: "drop" }
  | { readonly kind: "anchor" }
  | { readonly kind: "register" }
  | { readonly kind: "invite" }
  | { readonly kind: "answer"; readonly status: 200 | 405 | 489 };

const SCANNERS =
  /friendly-scanner|friendly-request|sipvicious|sundayddr|sip-?scan|sipcli|sipsak|sipptk|svmap|svwar|vaxsip|pplsip|iwar|smap|warvox|masscan|zmap|nmap|eyebeam release 3006o|gulp|cobalt/i;

const DROP: ScreenVerdict = { kind: "drop" };

function answerFor(method: string): ScreenVerdict {
  switch (method) {
    case "OPTIONS":
      return { kind: "answer", status: 200 };
    case "SUBSCRIBE":
      return { kind: "answer", status: 489 };
    case "MESSAGE":
    case "PUBLISH":
      return { kind: "answer", status: 405 };
    default:
      return DROP;
  }
}

export function screen(input: ScreenInput, rules: ScreenRules): ScreenVerdict {
  const { source, method } = input;
  if (source.transport === "udp" && rules.isAnchor(source))
    return method === "INVITE" ? { kind: "anchor" } : answerFor(method);
  if (input.agent !== undefined && SCANNERS.test(input.agent)) return DROP;
  const whose = parseAddress(method === "REGISTER" ? input.to : input.from);
  if (whose === null || !rules.accountShape.test(whose.user)) return DROP;
  if (method === "REGISTER") return { kind: "register" };
  if (method === "INVITE") return { kind: "invite" };
  return rules.knows(source.address) ? answerFor(method) : DROP;
}
