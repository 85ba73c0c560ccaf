// Where an SDP wants its sound and pictures, and the same SDP with another place. rtpengine is shown places alone, as if RTP were in clear:
// so that it passes every packet on as it is, and keys and fingerprints stay between the two phones. Pure.

/** One `m=` line. */
export interface MediaPlace {
  readonly kind: string;
  /** 0: refused. */
  readonly port: number;
  readonly address: string;
  /** Null: the port behind. */
  readonly rtcpPort: number | null;
  readonly rtcpMux: boolean;
  /** Payload types, separated by blanks. */
  readonly formats: string;
}

const MEDIA = /^m=([a-z]{1,20}) (\d{1,5})(\/\d+)? (.*)$/;
const CONNECTION = /^c=IN (IP[46]) ([0-9A-Fa-f.:]{2,45})(.*)$/;
const RTCP = /^a=rtcp:(\d{1,5})(?: IN IP[46] \S+)?$/;
/** Other ways that phones could find past the relay, and that it would not know of. */
const ICE =
  /^a=(?:candidate|remote-candidates|end-of-candidates|ice-ufrag|ice-pwd|ice-options|ice-lite|ice-mismatch)(?:[: ]|$)/;

/** The lines before the first `m=`, and each `m=` with its lines. */
function sections(sdp: string): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const line of sdp.split(/\r\n|\n/)) {
    if (line === "") continue;
    if (line.startsWith("m=")) parts.push([]);
    parts.at(-1)?.push(line);
  }
  return parts;
}

const found = (lines: readonly string[], pattern: RegExp): RegExpExecArray | null => {
  for (const line of lines) {
    const match = pattern.exec(line);
    if (match !== null) return match;
  }
  return null;
};

/** Null for what is no SDP that can be placed anew. */
export function mediaPlaces(sdp: string): readonly MediaPlace[] | null {
  const [session = [], ...media] = sections(sdp);
  const common = found(session, CONNECTION)?.[2];
  const places: MediaPlace[] = [];
  for (const lines of media) {
    const [, kind, port, , rest = ""] = MEDIA.exec(lines[0] ?? "") ?? [];
    const address = found(lines, CONNECTION)?.[2] ?? common;
    if (kind === undefined || address === undefined) return null;
    const rtcp = found(lines, RTCP)?.[1];
    places.push({
      ...{ kind, port: Number(port), address },
      rtcpPort: rtcp === undefined ? null : Number(rtcp),
      rtcpMux: lines.includes("a=rtcp-mux"),
      formats: / (\d{1,3}(?: \d{1,3}){0,60})$/.exec(rest)?.[1] ?? "0",
    });
  }
  return places.length === 0 ? null : places;
}

const family = (address: string): string => (address.includes(":") ? "IP6" : "IP4");

/** What rtpengine is shown. `seen`: the address that stands for those that only mean something in the phone's own network. */
export function plainSdp(places: readonly MediaPlace[], seen: string | null): string {
  const lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"];
  for (const { kind, port, address, rtcpPort, rtcpMux, formats } of places) {
    const where = seen !== null && isPrivate(address) ? seen : address;
    lines.push(
      `m=${kind === "video" ? "video" : "audio"} ${port} RTP/AVP ${formats}`,
      `c=IN ${family(where)} ${where}`,
    );
    if (rtcpPort !== null) lines.push(`a=rtcp:${rtcpPort}`);
    if (rtcpMux) lines.push("a=rtcp-mux");
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** `sdp` with the places of `relayed`, one for each of its `m=` lines; null when they do not fit. */
export function placedSdp(sdp: string, relayed: readonly MediaPlace[]): string | null {
  const [session = [], ...media] = sections(sdp);
  const first = relayed[0];
  if (first === undefined || media.length !== relayed.length) return null;
  const common = session.map((line) =>
    line
      .replace(CONNECTION, `c=IN ${family(first.address)} ${first.address}`)
      // The address of whoever made it is nobody else's business.
      .replace(/^(o=\S+ \S+ \S+) IN IP[46] \S+$/, `$1 IN ${family(first.address)} ${first.address}`),
  );
  const placed = media.flatMap((lines, at) => placedMedia(lines, relayed[at] ?? first));
  return `${[...common.filter((line) => !ICE.test(line)), ...placed].join("\r\n")}\r\n`;
}

function placedMedia(
  [head = "", ...lines]: readonly string[],
  { address, port, rtcpPort }: MediaPlace,
): readonly string[] {
  const wasRefused = / 0(?:\/\d+)? /.test(head.slice(0, 40)) && MEDIA.exec(head)?.[2] === "0";
  const kept = lines.filter((line) => !ICE.test(line) && !RTCP.test(line) && !CONNECTION.test(line));
  const rtcp = rtcpPort === null || wasRefused ? [] : [`a=rtcp:${rtcpPort} IN ${family(address)} ${address}`];
  const number = wasRefused ? 0 : port;
  return [
    head.replace(
      MEDIA,
      (_all, kind: string, _port: string, _count: string | undefined, rest: string) => `m=${kind} ${number} ${rest}`,
    ),
    `c=IN ${family(address)} ${address}`,
    ...rtcp,
    ...kept,
  ];
}

/** Whether an address means something in one network only (RFC 1918, 4193, 6598, loopback, link-local). */
export function isPrivate(address: string): boolean {
  if (address.includes(":")) return /^(?:::1$|::$|f[cd]|fe[89ab])/i.test(address);
  const [a = 0, b = 0] = address.split(".").map(Number);
  return (
    a === 10 ||
    a === 127 ||
    a === 0 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128)
  );
}
