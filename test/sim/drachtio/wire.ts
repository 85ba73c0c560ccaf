// The framing between drachtio-srf and drachtio-server: `<bytes>#<payload>`, the payload's first line split by `|`.

/** Whole payloads at the front of `buffer`, and what is left. Throws for what can be no frame. */
export function takeFrames(buffer: Buffer): { readonly frames: readonly string[]; readonly rest: Buffer } {
  const frames: string[] = [];
  let rest = buffer;
  for (;;) {
    const mark = rest.indexOf("#");
    if (mark < 0) {
      if (rest.length > 6) throw new Error("no length in front of a frame");
      return { frames, rest };
    }
    const length = rest.toString("latin1", 0, mark);
    if (!/^\d{1,6}$/.test(length)) throw new Error(`no length in front of a frame: ${length}`);
    const end = mark + 1 + Number(length);
    if (rest.length < end) return { frames, rest };
    frames.push(rest.toString("utf8", mark + 1, end));
    rest = rest.subarray(end);
  }
}

export const frame = (payload: string): string => `${Buffer.byteLength(payload)}#${payload}`;

export interface WireMessage {
  /** The first line's parts. */
  readonly tokens: readonly string[];
  /** A SIP message, or "". */
  readonly sip: string;
}

export function parseWire(payload: string): WireMessage {
  const end = payload.indexOf("\r\n");
  return end < 0
    ? { tokens: payload.split("|"), sip: "" }
    : { tokens: payload.slice(0, end).split("|"), sip: payload.slice(end + 2) };
}
