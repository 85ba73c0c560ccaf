// Privacy: texts, senders and keys are planted in a full scenario, then searched for in every byte the box and the relay left behind
// or said: files (database pages and write-ahead log included), logs, REST, live feed and error output.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { toBase64url, toHex, utf8 } from "../../src/base/index.ts";
import { keptReply } from "../../src/protocol/index.ts";
import { encodeDeliver } from "../../src/sms/index.ts";
import { disguises, filesBelow } from "./disguises.ts";
import { Field } from "./field.ts";
import { providerKeyOf } from "./provider-key.ts";

const SENDER = "+15550173942";
const NAME = "CANARYSHOP";
const SECRET = "zebra-quagmire-4471";
const TEXTS = [`code ${SECRET} one`, `длинный ${SECRET} код`, `${SECRET} long `.repeat(20)] as const;
/** A part whose others never come: it stays sealed in the database. */
const HALF = `unfinished ${SECRET} `.repeat(12);

/** The packed septets of the sender's address and of the texts, as they stand in PDUs. */
function pduForms(): readonly Buffer[] {
  const sentAt = { unixMs: Date.UTC(2026, 0, 1), offsetMinutes: 0 } as Parameters<typeof encodeDeliver>[0]["sentAt"];
  const pdus = [...TEXTS, HALF].flatMap((body) => encodeDeliver({ from: SENDER, body, sentAt }));
  return pdus.flatMap((pdu) => {
    const tail = Buffer.from(pdu).subarray(-24, -4);
    return [tail, Buffer.from(toHex(tail)), Buffer.from(toHex(tail).toUpperCase())];
  });
}

/** As the owner's own program asks, past the field's record of answers. */
function keptOf(field: Field): Promise<Response> {
  const text = readFileSync(join(field.boxData, "local-access.json"), "utf8");
  const { url, token } = JSON.parse(text) as { url: string; token: string };
  return fetch(`${url}/api/v1/kept`, { headers: { authorization: `Bearer ${token}` } });
}

describe("canary", () => {
  let field: Field;
  const heard: string[] = [];
  let kept = "";
  let caching = "";

  beforeAll(async () => {
    field = await Field.open({ slots: 3, own: [3], seed: "canary", logLevel: "debug" });
    await field.startBox();
    await field.startRelay(await providerKeyOf(field.boxData));
    await field.rentAll();
    const access = JSON.parse(readFileSync(join(field.boxData, "local-access.json"), "utf8")) as {
      url: string;
      token: string;
    };
    const live = new WebSocket(`${access.url.replace("http", "ws")}/api/v1/live`, {
      headers: { authorization: `Bearer ${access.token}` },
    });
    live.on("message", (data) => heard.push(String(data)));
    await new Promise((resolve, reject) => live.once("open", resolve).once("error", reject));
    const modem = field.board.modem(1);
    for (const body of TEXTS) modem.sendSms({ from: SENDER, body });
    modem.sendSms({ from: NAME, body: TEXTS[0] });
    for (const body of TEXTS) field.board.modem(3).sendSms({ from: SENDER, body });
    const [firstPart] = encodeDeliver({
      from: SENDER,
      body: HALF,
      sentAt: { unixMs: Date.now(), offsetMinutes: 0 } as never,
    });
    if (firstPart !== undefined) field.board.modem(2).deliver(firstPart);
    // Undecodable, with the sender in it.
    field.board.modem(2).deliver(Buffer.from("0791551500000000040B915155107349F2000862", "hex"));
    expect(await field.drained(200)).toBe(true);
    // The feed gathers changes for a moment before it tells them.
    for (let look = 0; look < 100 && heard.length < 3; look++) await new Promise((resolve) => setTimeout(resolve, 100));
    // A crash in the middle leaves whatever is half-written.
    modem.sendSms({ from: SENDER, body: TEXTS[1] });
    await field.killBox();
    await field.startBox();
    expect(await field.drained(200)).toBe(true);
    for (const path of [
      "overview",
      "slots",
      "lines",
      "rentals",
      "events?after=0&limit=500",
      "receipts?after=0&limit=100",
    ])
      await field.api(path);
    await field.inbox();
    // The one place where a text leaves the box in clear; what is read there is for its reader alone.
    const response = await keptOf(field);
    caching = response.headers.get("cache-control") ?? "";
    kept = await response.text();
    live.close();
  }, 180_000);

  afterAll(async () => {
    await field.close();
    field.remove();
  });

  it("the renter reads all of it", async () => {
    const read = await field.inbox();
    const bodies = read.filter((line) => line.type === "sms").map((line) => line.body);
    for (const text of TEXTS) expect(bodies).toContain(text);
    expect(read.some((line) => line.from === SENDER)).toBe(true);
    expect(read.some((line) => line.type === "raw")).toBe(true);
  });

  it("the owner reads the messages of his own line", () => {
    const { messages } = keptReply.parse(JSON.parse(kept));
    expect(messages.map(({ content }) => content?.body)).toEqual([...TEXTS]);
    expect(messages.map(({ content }) => content?.from)).toEqual(TEXTS.map(() => SENDER));
    expect(caching).toBe("no-store");
  });

  it("no file, log, REST answer or live frame holds a text, a sender or a private key in any disguise", async () => {
    await field.killBox();
    await field.killRelay();
    const needles = [
      ...[SECRET, SENDER, SENDER.slice(1), NAME].flatMap(disguises),
      ...pduForms(),
      ...disguises(toBase64url(field.renter.seed.reveal())),
      Buffer.from(field.renter.seed.reveal()),
    ];
    const files = [...filesBelow(field.boxData), ...filesBelow(field.relayData)];
    expect(files.some((file) => file.endsWith("box.db"))).toBe(true);
    const places = [
      ...files.map((file) => ({ name: file, bytes: readFileSync(file) })),
      ...field.outputs.map((text, at) => ({ name: `output ${at}`, bytes: Buffer.from(text) })),
      { name: "live feed", bytes: Buffer.from(heard.join("\n")) },
    ];
    expect(heard.length).toBeGreaterThan(2);
    expect(field.outputs.join("").length).toBeGreaterThan(1000);
    const found = places.flatMap(({ name, bytes }) =>
      needles.flatMap((needle) =>
        bytes.includes(needle) ? [`${name}: ${needle.toString("latin1").slice(0, 40)}`] : [],
      ),
    );
    expect(found).toEqual([]);
  });

  it("would find a text that was there", () => {
    expect(disguises(SECRET).some((needle) => Buffer.from(toBase64url(utf8(`xx${SECRET}yy`))).includes(needle))).toBe(
      true,
    );
  });
});
