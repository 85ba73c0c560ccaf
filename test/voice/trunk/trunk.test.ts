// Trunks of boxes at a relay: who gets one, whose phones it rings, and what becomes of calls when the line is cut.

import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { EXPORTER, trunkAuthorization } from "../../../src/voice/trunk/proof.ts";
import { sipBytes } from "../../../src/voice/trunk/sip-text.ts";
import { registerMessage } from "../../../src/voice/trunk/trunk-messages.ts";
import { RecordingLogger } from "../../core/core-rig.ts";
import { RtpengineServer } from "../../sim/rtpengine/index.ts";
import { sdpOf } from "../../sim/sip/phone-call.ts";
import type { SipPhone } from "../../sim/sip/sip-phone.ts";
import { accountFor, eventually, PASSWORD } from "../edge-contract.ts";
import { providerOf, RelayRig, type RigBox } from "../relay-rig.ts";

const USER = "renter0001";
const OTHER = "renter0002";
const CALLER = "+15550142";

describe("a relay with trunks", () => {
  let rig: RelayRig;
  const log = new RecordingLogger();

  const start = async (rtpengine?: RtpengineServer): Promise<void> => {
    const media = rtpengine === undefined ? {} : { rtpengine: { host: "127.0.0.1", port: rtpengine.port } };
    rig = await RelayRig.open({ log, ...media });
    await rig.edge.setAccounts([accountFor(USER, rig.realm)]);
  };
  const second = async (...users: readonly string[]): Promise<RigBox> => {
    const box = await rig.box("two");
    await box.edge.start(new AbortController().signal);
    await box.edge.setAccounts(users.map((user) => accountFor(user, rig.realm)));
    return box;
  };
  const registered = async (user = USER, box = rig.boxes[0]): Promise<SipPhone> => {
    const phone = await rig.phone({ user, password: PASSWORD });
    expect((await phone.register()).status).toBe(200);
    await eventually(() => (box?.edge.targets(user).length ?? 0) > 0);
    return phone;
  };
  const state = (box: RigBox): string => {
    const up = box.edge.up();
    return up.up ? "up" : up.code;
  };
  /** What the relay says to somebody who writes to its trunk. */
  const said = async (speak: (socket: TLSSocket) => Buffer | string): Promise<string> => {
    const socket = connectTls({ host: "127.0.0.1", port: rig.relay.trunkPort, rejectUnauthorized: false });
    let text = "";
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString();
    });
    await new Promise<void>((resolve) => {
      socket.on("error", () => {});
      socket.on("secureConnect", () => socket.write(speak(socket)));
      socket.on("close", () => resolve());
    });
    return text;
  };
  const channel = (socket: TLSSocket): Uint8Array =>
    socket.exportKeyingMaterial(EXPORTER.length, EXPORTER.label, Buffer.alloc(0));
  const nothing = { v: 1, address: "", accounts: [] } as const;

  afterEach(async () => {
    await rig.close();
  });

  it("refuses a provider that it does not serve, and a box that is shown another certificate goes no further", async () => {
    await start();
    const [stranger, misled] = [await rig.box("nobody"), await rig.box("two", { certSha256: "0".repeat(64) })];
    for (const box of [stranger, misled]) void box.edge.start(new AbortController().signal).catch(() => {});
    await eventually(() => state(stranger) === "voice.relay_refused" && state(misled) === "voice.relay_certificate");
    expect(rig.relay.sizes().boxes).toBe(1);
  });

  it("takes a proof on the connection that it was made for, and on no other", async () => {
    await start();
    const one = providerOf("one");
    let stolen = "";
    await said((socket) => {
      stolen = trunkAuthorization(one, channel(socket));
      return "GET / HTTP/1.1\r\n\r\n";
    });
    expect(await said(() => sipBytes(registerMessage(1, stolen, { ...nothing, accounts: [] })))).toMatch(
      /^SIP\/2.0 403/,
    );
    const forged = { ...providerOf("nobody"), verify: one.verify };
    expect(
      await said((socket) =>
        sipBytes(registerMessage(1, trunkAuthorization(forged, channel(socket)), { ...nothing, accounts: [] })),
      ),
    ).toMatch(/^SIP\/2.0 403/);
    expect(await said(() => "GET / HTTP/1.1\r\n\r\n")).toBe("");
    expect(await said(() => "INVITE sip:renter0001@x SIP/2.0\r\nContent-Length: 0\r\n\r\n")).toBe("");
    expect(state(rig.boxes[0] as RigBox)).toBe("up");
  });

  it("lets a box have no account of another, and ring no phones of another's", async () => {
    await start();
    const box = await second(USER, OTHER);
    const phone = await registered();
    const call = rig.ring([{ endpoint: `PJSIP/edge-none/sip:${USER}@x`, variables: {} }], CALLER, box);
    expect(await call.ended).toContain("480");
    expect(phone.incoming).toEqual([]);
    expect(box.edge.bindings()).toEqual([]);
    const own = await registered(OTHER, box);
    const far = rig.nextDial(box);
    const dialled = own.dial("+15550100", sdpOf(40_000));
    (await far).refuse(486);
    expect(await dialled.ended).toContain("486");
    expect(rig.boxes[0]?.anchor.incoming).toEqual([]);
  });

  it("connects two renters of different boxes without either box, whatever is in their SDP", async () => {
    await start();
    const box = await second(OTHER);
    const [one, two] = [await registered(), await registered(OTHER, box)];
    const offer = `${sdpOf(40_000)}m=video 40002 RTP/SAVPF 96 97 98\r\na=rtpmap:96 H264/90000\r\na=rtpmap:97 VP8/90000\r\na=rtpmap:98 VP9/90000\r\na=fmtp:96 packetization-mode=1\r\na=rtcp-fb:* ccm fir\r\n`;
    const call = one.dial(OTHER, offer);
    const taken = await two.nextCall();
    expect(taken.request.body).toBe(offer);
    expect(taken.request.get("From")).toContain(`sip:${USER}@`);
    const answer = `${sdpOf(41_000)}m=video 41002 RTP/SAVPF 97\r\na=rtpmap:97 VP8/90000\r\n`;
    await taken.answer(answer);
    await call.answered;
    expect(call.remoteSdp).toBe(answer);
    // With the account goes the call: no box has a part in it.
    await box.edge.setAccounts([]);
    expect(await call.ended).toBe("BYE");
    expect(rig.boxes.map((each) => each.edge.dialogs())).toEqual([0, 0]);
  });

  it("leads sound and pictures through rtpengine, from the first offer to the end, and says so when it cannot", async () => {
    const media = new RtpengineServer();
    await media.start();
    await start(media);
    const phone = await registered();
    const far = rig.nextDial();
    const key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n";
    const call = phone.dial("+15550100", `${sdpOf(40_000).replace("RTP/AVP", "RTP/SAVP")}${key}`);
    const dialled = await far;
    await dialled.answer();
    await call.answered;
    const shown = rig.boxes[0]?.anchor.incoming[0]?.request.body ?? "";
    expect(shown).toContain(key);
    expect(shown).not.toContain("m=audio 40000");
    expect(call.remoteSdp).not.toContain("m=audio 30000");
    expect(media.calls()).toBe(1);
    const [held, answer] = [dialled.held(), await call.hold(40_000)];
    await held;
    expect(answer.status).toBe(200);
    expect(call.remoteSdp).not.toContain("m=audio 30000");
    await call.bye();
    await eventually(() => media.calls() === 0);
    expect(media.asked.join("")).not.toMatch(/inline|5550100|renter0001/);
    media.deafFor = 1000;
    expect(await phone.dial("+15550100", sdpOf(40_000)).ended).toContain("503");
    expect(rig.boxes[0]?.anchor.incoming).toHaveLength(1);
    await eventually(() => rig.relay.edge.dialogs() === 0);
    await media.stop();
  });

  it("keeps a call while the line is cut for a moment; the next one works too", async () => {
    await start();
    const [box] = rig.boxes;
    const phone = await registered();
    const call = rig.ring(rig.edge.targets(USER), CALLER);
    const taken = await phone.nextCall();
    await taken.answer(sdpOf(40_000));
    await call.answered;
    box?.cut();
    await eventually(() => !rig.edge.up().up);
    expect(rig.edge.targets(USER)).toEqual([]);
    const away = phone.dial("+15550100", sdpOf(40_000));
    expect(await away.ended).toContain("480");
    box?.mend();
    await eventually(() => rig.edge.targets(USER).length > 0);
    expect((await taken.bye()).status).toBe(200);
    expect(await call.ended).toBe("BYE");
    const far = rig.nextDial();
    const next = phone.dial("+15550100", sdpOf(40_000));
    await (await far).answer();
    await next.answered;
    await next.bye();
    await eventually(() => rig.relay.edge.dialogs() === 0 && rig.edge.dialogs() === 0);
  });

  it("has the accounts that the box told it last, and no others", async () => {
    await start();
    expect(rig.relay.sizes()).toEqual({ boxes: 1, accounts: 1, phones: 0 });
    await rig.edge.setAccounts([]);
    expect(rig.relay.sizes().accounts).toBe(0);
  });

  it("logs no number and no account", () => {
    for (const secret of ["5550142", "5550100", USER, OTHER]) expect(log.lines.join("\n")).not.toContain(secret);
  });
});
