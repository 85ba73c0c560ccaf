// SIP messages as text: enough of RFC 3261 for scripted phones and the in-process drachtio-server.

const CANONICAL: Readonly<Record<string, string>> = {
  "call-id": "Call-ID",
  cseq: "CSeq",
  "www-authenticate": "WWW-Authenticate",
  i: "Call-ID",
  m: "Contact",
  l: "Content-Length",
  c: "Content-Type",
  f: "From",
  k: "Supported",
  t: "To",
  v: "Via",
};

/** `call-id` and `i` are `Call-ID`; what else is unknown gets capitals. */
export function canonicalName(name: string): string {
  return (
    CANONICAL[name.toLowerCase()] ?? name.replace(/(^|-)([a-z])/g, (_, dash, letter) => dash + letter.toUpperCase())
  );
}

export class SipMessage {
  /** Request line or status line. */
  start: string;
  headers: [name: string, value: string][];
  body: string;

  constructor(start: string, headers: readonly (readonly [string, string])[] = [], body = "") {
    this.start = start;
    this.headers = headers.map(([name, value]) => [canonicalName(name), value]);
    this.body = body;
  }

  /** Null for what is no SIP message. */
  static parse(text: string): SipMessage | null {
    const end = text.indexOf("\r\n\r\n");
    const head = (end < 0 ? text : text.slice(0, end)).replace(/\r\n[ \t]+/g, " ").split("\r\n");
    const start = head.shift() ?? "";
    if (!/^(SIP\/2\.0 \d{3} ?|\S+ \S+ SIP\/2\.0$)/.test(start)) return null;
    const headers = head.flatMap((line): [string, string][] => {
      const colon = line.indexOf(":");
      return colon < 1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
    });
    return new SipMessage(start, headers, end < 0 ? "" : text.slice(end + 4));
  }

  get isRequest(): boolean {
    return !this.start.startsWith("SIP/2.0");
  }
  /** Of the request line, or of CSeq. */
  get method(): string {
    return (this.isRequest ? this.start.split(" ")[0] : this.get("CSeq").split(/\s+/)[1]) ?? "";
  }
  get uri(): string {
    return this.isRequest ? (this.start.split(" ")[1] ?? "") : "";
  }
  set uri(uri: string) {
    this.start = `${this.method} ${uri} SIP/2.0`;
  }
  /** 0 for a request. */
  get status(): number {
    return this.isRequest ? 0 : Number(this.start.split(" ")[1]);
  }
  get cseq(): number {
    return Number.parseInt(this.get("CSeq"), 10);
  }
  get callId(): string {
    return this.get("Call-ID");
  }
  get branch(): string {
    return /;branch=([^;,\s]+)/.exec(this.get("Via"))?.[1] ?? "";
  }

  /** The first of that name, or "". */
  get(name: string): string {
    const wanted = canonicalName(name);
    return this.headers.find(([own]) => own === wanted)?.[1] ?? "";
  }
  all(name: string): string[] {
    const wanted = canonicalName(name);
    return this.headers.flatMap(([own, value]) => (own === wanted ? [value] : []));
  }
  has(name: string): boolean {
    return this.get(name) !== "" || this.all(name).length > 0;
  }
  /** In the place of the first of that name, or at the end. */
  set(name: string, value: string): this {
    const wanted = canonicalName(name);
    const at = this.headers.findIndex(([own]) => own === wanted);
    if (at < 0) this.headers.push([wanted, value]);
    else this.headers[at] = [wanted, value];
    return this;
  }
  add(name: string, ...values: readonly string[]): this {
    for (const value of values) this.headers.push([canonicalName(name), value]);
    return this;
  }
  tag(name: "From" | "To"): string {
    return tagOf(this.get(name));
  }

  toString(): string {
    const head = this.headers.filter(([name]) => name !== "Content-Length").map(([name, value]) => `${name}: ${value}`);
    return [this.start, ...head, `Content-Length: ${Buffer.byteLength(this.body)}`, "", this.body].join("\r\n");
  }
}

export const tagOf = (value: string): string => /;\s*tag=([^;>\s]+)/.exec(value)?.[1] ?? "";

/** The URI in a header such as `"A" <sip:a@b;x=y>;tag=1`. */
export const uriOf = (value: string): string => /<([^>]*)>/.exec(value)?.[1] ?? value.split(";")[0]?.trim() ?? "";

export interface SipAddress {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly transport: "udp" | "tcp" | "tls";
}

function transportOf(uri: string, parameters: string): SipAddress["transport"] {
  if (/^sips:/i.test(uri) || /;transport=tls/i.test(parameters)) return "tls";
  return /;transport=tcp/i.test(parameters) ? "tcp" : "udp";
}

export function parseSipUri(uri: string): SipAddress {
  const found = /^sips?:(?:([^@]*)@)?(\[[^\]]+\]|[^:;?>]+)(?::(\d+))?(.*)$/i.exec(uri);
  return {
    user: found?.[1] ?? "",
    host: found?.[2] ?? "",
    port: Number(found?.[3] ?? 5060),
    transport: transportOf(uri, found?.[4] ?? ""),
  };
}

/** An answer to `request` with its Via, From, To, Call-ID and CSeq. */
export function answerTo(request: SipMessage, status: number, reason: string, toTag = ""): SipMessage {
  const to = request.get("To");
  return new SipMessage(`SIP/2.0 ${status} ${reason}`, [
    ...request.all("Via").map((via): [string, string] => ["Via", via]),
    ["From", request.get("From")],
    ["To", toTag === "" || tagOf(to) !== "" ? to : `${to};tag=${toTag}`],
    ["Call-ID", request.callId],
    ["CSeq", request.get("CSeq")],
  ]);
}
