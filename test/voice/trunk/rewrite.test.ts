// What passes between the loopback and a trunk, and how it is changed.

import { describe, expect, it } from "vitest";
import { intoTrunk, ontoLoopback } from "../../../src/voice/trunk/rewrite.ts";
import { headerOf, parseSipText, type SipText, sipBytes } from "../../../src/voice/trunk/sip-text.ts";

const HERE = { host: "127.0.0.1", port: 5071 };
const text = (lines: readonly string[], body = ""): SipText => {
  const message = parseSipText(Buffer.from([...lines, "", body].join("\r\n"), "latin1"));
  if (message === null) throw new Error("no message");
  return message;
};
const invite = (more: readonly string[] = [], body = ""): SipText =>
  text(
    [
      "INVITE sip:renter0001@127.0.0.1:5071 SIP/2.0",
      "v: SIP/2.0/UDP 127.0.0.1:5070;rport;branch=z9hG4bKPjabc",
      "f: <sip:numberbox@127.0.0.1>;tag=1",
      "To: <sip:renter0001@127.0.0.1:5071>",
      "i: call-1",
      "CSeq: 7 INVITE",
      "m: <sip:numberbox@127.0.0.1:5070>",
      ...more,
    ],
    body,
  );
const answer = (via: string): SipText =>
  text([
    "SIP/2.0 180 Ringing",
    `Via: ${via}`,
    "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKdr",
    "CSeq: 7 INVITE",
    "To: <sip:x@y>;tag=2",
  ]);

describe("a message on its way into a trunk", () => {
  it("leaves behind what tells of its server, its network or a diverted call", () => {
    const more = [
      "User-Agent: Asterisk PBX",
      "Server: x",
      "Remote-Party-ID: <sip:+15550142@x>",
      "Diversion: <sip:+15550143@x>",
      "Route: <sip:x>",
      "History-Info: <sip:+15550144@x>",
      "X-Account: renter0001",
    ];
    const sent = intoTrunk(invite(more, "v=0\r\n"), HERE);
    const names = sent?.headers.map(([name]) => name.toLowerCase());
    expect(names).toEqual(["v", "f", "to", "i", "cseq", "m", "x-account"]);
    expect(sent?.body.toString()).toBe("v=0\r\n");
  });

  it("is one of a call: registrations and lists are the trunk's own", () => {
    for (const method of ["REGISTER", "NOTIFY", "SUBSCRIBE", "MESSAGE", "PUBLISH", "REFER"]) {
      const message = { ...invite(), start: `${method} sip:x@y SIP/2.0` };
      expect(intoTrunk(message, HERE)).toBeNull();
      expect(ontoLoopback(message, HERE)).toBeNull();
    }
  });
});

describe("a message on its way to the SIP server", () => {
  it("comes from a proxy that answers find their way back through, and so do later requests", () => {
    const local = ontoLoopback(invite(), HERE);
    if (local === null) throw new Error("held back");
    const via = headerOf(local, "via") ?? "";
    expect(via).toMatch(/^SIP\/2.0\/UDP 127\.0\.0\.1:5071;branch=z9hG4bKnbx[0-9a-f]{24}$/);
    expect(headerOf(local, "contact")).toBe("<sip:trunk@127.0.0.1:5071;transport=udp>");
    const back = intoTrunk(answer(`${via};received=127.0.0.1`), HERE);
    expect(back?.headers.filter(([name]) => name === "Via")).toEqual([
      ["Via", "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKdr"],
    ]);
    const joined = text(["SIP/2.0 200 OK", `Via: ${via}, SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKdr`, "CSeq: 7 INVITE"]);
    expect(intoTrunk(joined, HERE)?.headers[0]).toEqual(["Via", "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKdr"]);
  });

  it("has the same branch each time that it is sent, as its CANCEL has, and another one for another transaction", () => {
    const branch = (message: SipText): string => headerOf(ontoLoopback(message, HERE) ?? message, "via") ?? "";
    const cancel = { ...invite(), start: "CANCEL sip:renter0001@127.0.0.1:5071 SIP/2.0" };
    expect(branch(cancel)).toBe(branch(invite()));
    const other = {
      ...invite(),
      headers: invite().headers.map(([name, value]) => [name, value.replace("abc", "abd")] as const),
    };
    expect(branch(other)).not.toBe(branch(invite()));
  });

  it("is dropped when it answers a request that was never handed over", () => {
    expect(intoTrunk(answer("SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bKdr"), HERE)).toBeNull();
    expect(intoTrunk(answer("SIP/2.0/UDP 127.0.0.1:5079;branch=z9hG4bKnbx0"), HERE)).toBeNull();
  });
});

describe("SIP as text", () => {
  it("says how long its body is, whatever it said before", () => {
    const message = invite(["l: 3"], "abcdef");
    expect(message.body.toString()).toBe("abc");
    expect(
      sipBytes(message)
        .toString()
        .match(/content-length|^l:/gim),
    ).toEqual(["Content-Length"]);
    expect(sipBytes(message).toString()).toMatch(/Content-Length: 3\r\n\r\nabc$/);
  });

  it.each([
    "",
    "x\r\n\r\n",
    "INVITE sip:x SIP/3.0\r\n\r\n",
    "SIP/2.0 999 x\r\n\r\n",
    "INVITE sip:x SIP/2.0\r\nno header\r\n\r\n",
    "INVITE sip:x SIP/2.0\r\nContent-Length: 5\r\n\r\nabc",
    `INVITE sip:x SIP/2.0\r\n${"a: b\r\n".repeat(200)}\r\n`,
  ])("is nothing else: %j", (bytes) => {
    expect(parseSipText(Buffer.from(bytes))).toBeNull();
  });
});
