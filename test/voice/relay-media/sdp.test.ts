import { describe, expect, it } from "vitest";
import { bdecode, bencode } from "../../../src/voice/relay-media/bencode.ts";
import { addressOf, needsRelay } from "../../../src/voice/relay-media/needs-relay.ts";
import { isPrivate, mediaPlaces, placedSdp, plainSdp } from "../../../src/voice/relay-media/sdp.ts";

const PHONE = [
  ...[
    "v=0",
    "o=anna 12 3 IN IP4 192.168.1.5",
    "s=Talk",
    "c=IN IP4 192.168.1.5",
    "t=0 0",
    "a=ice-ufrag:x",
    "a=ice-pwd:y",
  ],
  ...[
    "m=audio 7078 RTP/SAVP 96 0",
    "a=rtpmap:96 opus/48000/2",
    "a=rtcp:7090",
    "a=candidate:1 1 UDP 1 192.168.1.5 7078 typ host",
  ],
  ...[
    "m=video 0 RTP/SAVP 97",
    "m=video 9078/2 UDP/TLS/RTP/SAVPF 97",
    "c=IN IP4 192.168.1.6",
    "a=rtcp-mux",
    "a=rtcp-fb:* nack",
    "",
  ],
].join("\r\n");

describe("the places in an SDP", () => {
  it("are those of each m= line, its own address before that of all", () => {
    expect(mediaPlaces(PHONE)).toEqual([
      { kind: "audio", port: 7078, address: "192.168.1.5", rtcpPort: 7090, rtcpMux: false, formats: "96 0" },
      { kind: "video", port: 0, address: "192.168.1.5", rtcpPort: null, rtcpMux: false, formats: "97" },
      { kind: "video", port: 9078, address: "192.168.1.6", rtcpPort: null, rtcpMux: true, formats: "97" },
    ]);
    for (const none of ["", "v=0\r\n", "v=0\r\nm=audio 1 RTP/AVP 0\r\n", "v=0\r\nc=IN IP4 1.2.3.4\r\nm=x\r\n"])
      expect(mediaPlaces(none)).toBeNull();
  });

  it("are replaced, and nothing else is, but what leads past them", () => {
    const at = (port: number) => ({
      kind: "audio",
      port,
      address: "203.0.113.1",
      rtcpPort: null,
      rtcpMux: false,
      formats: "0",
    });
    expect(
      placedSdp(PHONE, [at(40_000), at(0), { ...at(40_004), address: "2001:db8::1", rtcpPort: 40_005 }])?.split("\r\n"),
    ).toEqual([
      ...["v=0", "o=anna 12 3 IN IP4 203.0.113.1", "s=Talk", "c=IN IP4 203.0.113.1", "t=0 0"],
      ...["m=audio 40000 RTP/SAVP 96 0", "c=IN IP4 203.0.113.1", "a=rtpmap:96 opus/48000/2"],
      ...["m=video 0 RTP/SAVP 97", "c=IN IP4 203.0.113.1"],
      ...[
        "m=video 40004 UDP/TLS/RTP/SAVPF 97",
        "c=IN IP6 2001:db8::1",
        "a=rtcp:40005 IN IP6 2001:db8::1",
        "a=rtcp-mux",
        "a=rtcp-fb:* nack",
        "",
      ],
    ]);
    expect(placedSdp(PHONE, [at(1)])).toBeNull();
  });

  it("stand alone in what rtpengine is shown, with the address that the phone is seen at", () => {
    const places = mediaPlaces(PHONE) ?? [];
    expect(plainSdp(places, "198.51.100.4")).not.toMatch(/192\.168|anna|SAVP|opus|ice/);
    expect(plainSdp(places, null)).toContain("c=IN IP4 192.168.1.6");
    expect(
      plainSdp(
        [{ kind: "audio", port: 1, address: "203.0.113.7", rtcpPort: null, rtcpMux: false, formats: "0" }],
        "198.51.100.4",
      ),
    ).toContain("c=IN IP4 203.0.113.7");
  });
});

describe("a call's sound", () => {
  const party = (said: string | null, seen: string) => ({ said: addressOf(said), seen });
  const open = party("198.51.100.1", "198.51.100.1");
  it.each([
    ["between two that say where they are", [open, party("203.0.113.2", "203.0.113.2")], false],
    ["to a phone behind a router", [open, party("192.168.1.5", "203.0.113.2")], true],
    ["from a box behind a router", [party("10.0.0.9", "203.0.113.2"), open], true],
    ["to a phone that says a name", [open, party("phone.invalid", "203.0.113.2")], true],
    [
      "within the relay's own network",
      [party("192.168.1.5", "192.168.1.5"), party("192.168.1.6", "192.168.1.6")],
      false,
    ],
    ["from there to somebody outside", [party("192.168.1.5", "192.168.1.5"), open], true],
    ["to one of several phones behind a router", [open, open, party("10.1.1.1", "203.0.113.2")], true],
  ] as const)("%s goes through the relay: %s", (_name, parties, expected) => {
    expect(needsRelay("auto", parties)).toBe(expected);
    expect([needsRelay("always", parties), needsRelay("never", parties)]).toEqual([true, false]);
  });

  it.each([
    ["10.1.2.3", true],
    ["172.16.0.1", true],
    ["172.32.0.1", false],
    ["192.168.0.1", true],
    ["100.64.0.1", true],
    ["169.254.1.1", true],
    ["127.0.0.1", true],
    ["8.8.8.8", false],
    ["fd00::1", true],
    ["fe80::1", true],
    ["::1", true],
    ["2001:db8::1", false],
  ])("%s is private: %s", (address, expected) => {
    expect(isPrivate(address)).toBe(expected);
  });
});

describe("bencode", () => {
  it("is what others write", () => {
    expect(bencode({ command: "ping", n: -3, list: ["a", ""], "call-id": "ä" }).toString()).toBe(
      "d7:call-id2:ä7:command4:ping4:listl1:a0:e1:ni-3ee",
    );
    expect(bdecode(Buffer.from("d6:result2:ok3:sdp3:v=0e"))).toEqual({ result: "ok", sdp: "v=0" });
  });

  it.each([
    "",
    "i1",
    "ie",
    "i1.5e",
    "5:abc",
    "l",
    "d1:ae",
    "di1e1:ae",
    "1:ab",
    "-1:a",
    `${"l".repeat(40)}${"e".repeat(40)}`,
    "9999999:a",
  ])("is not %j", (text) => {
    expect(bdecode(Buffer.from(text))).toBeUndefined();
  });
});
