import { describe, expect, it, onTestFinished } from "vitest";
import { AppError } from "../../src/base/index.ts";
import { type EmailSenderDeps, emailSender } from "../../src/notify/index.ts";
import { SmtpPeer, type SmtpSettings } from "../sim/smtp-peer.ts";
import { never, notice, words } from "./notify-samples.ts";
import { selfSigned } from "./self-signed.ts";

const tls = selfSigned();

async function rig(settings: Partial<SmtpSettings> = {}, more: Partial<EmailSenderDeps> = {}) {
  const peer = await SmtpPeer.start({ tls, ...settings });
  onTestFinished(() => peer.stop());
  const send = () =>
    emailSender({
      ...{ host: "localhost", port: peer.port, security: "starttls", user: null, password: null },
      ca: async () => tls.cert,
      from: "box@example.org",
      to: ["owner@example.org", "second@example.org"],
      ...more,
    }).send(notice(), never);
  return { peer, send };
}

const account = { user: "box", password: async () => "hunter2 \n" };

describe("an alert by e-mail", () => {
  it("comes over STARTTLS with the words, to all, under the same id each time", async () => {
    const { peer, send } = await rig({ account: "box:hunter2" }, account);
    expect(await send()).toEqual({ kind: "sent", status: 250 });
    expect(await send()).toEqual({ kind: "sent", status: 250 });
    const [mail, again] = peer.mails;
    expect([mail?.encrypted, mail?.user, mail?.from]).toEqual([true, "box", "box@example.org"]);
    expect(mail?.to).toEqual(["owner@example.org", "second@example.org"]);
    expect(mail?.data).toContain(`Subject: ${words.title}`);
    expect(mail?.data).toContain("The box keeps trying.");
    expect(mail?.data).toContain("Auto-Submitted: auto-generated");
    const idOf = (data = "") => /^Message-ID: (\S+)$/im.exec(data)?.[1];
    expect(idOf(mail?.data)).toBe("<00112233445566ff-raised-1@example.org>");
    expect(idOf(again?.data)).toBe(idOf(mail?.data));
  });

  it("comes over TLS from the first byte", async () => {
    const { peer, send } = await rig({ implicit: true }, { security: "tls" });
    expect(await send()).toEqual({ kind: "sent", status: 250 });
    expect([peer.mails[0]?.encrypted, peer.commands.includes("STARTTLS")]).toEqual([true, false]);
  });

  it("comes in clear only where the owner says so", async () => {
    const { peer, send } = await rig({ starttls: "no" }, { security: "none" });
    expect(await send()).toEqual({ kind: "sent", status: 250 });
    expect(peer.mails[0]?.encrypted).toBe(false);
  });

  it.each([
    ["does not offer TLS", { starttls: "no" }],
    ["offers TLS and refuses it", { starttls: "refused" }],
    ["answers TLS with something else", { starttls: "garbage" }],
  ] as const)("is never sent in clear to a server that %s", async (_what, settings) => {
    const { peer, send } = await rig({ ...settings, account: "box:hunter2" }, account);
    const outcome = await send();
    expect(outcome).toMatchObject({ kind: "retry" });
    expect([peer.mails, peer.commands.filter((word) => ["AUTH", "MAIL"].includes(word))]).toEqual([[], []]);
  });

  it("is not given to a server with a certificate that nobody vouches for", async () => {
    for (const security of ["tls", "starttls"] as const) {
      const { peer, send } = await rig({ implicit: security === "tls" }, { security, ca: null });
      expect(await send()).toEqual({ kind: "retry", code: "notify.tls", status: null, after: null });
      expect(peer.mails).toEqual([]);
    }
  });

  it.each([
    ["a wrong password", { account: "box:other" }, "notify.smtp_login", 535],
    ["a greeting of 421", { answers: { GREETING: "421 too busy" } }, "notify.smtp_refused", 421],
    ["a sender refused", { answers: { MAIL: "550 no" } }, "notify.smtp_refused", 550],
    ["all receivers refused", { answers: { RCPT: "550 unknown user" } }, "notify.smtp_refused", 550],
    ["the data refused", { answers: { DOT: "554 looks like spam" } }, "notify.smtp_refused", 554],
    ["a full server", { answers: { DATA: "452 no room" } }, "notify.smtp_refused", 452],
  ] as const)("that meets %s is tried again, and says why by a code", async (_what, settings, code, status) => {
    const { peer, send } = await rig(settings, "account" in settings ? account : {});
    expect(await send()).toMatchObject({ kind: "retry", code, status });
    expect(peer.mails).toEqual([]);
  });

  it.each(["GREETING", "EHLO", "DATA", "DOT"])("survives a server that hangs up at %s", async (at) => {
    const { send } = await rig({ answers: { [at]: "drop" } });
    expect(await send()).toMatchObject({ kind: "retry" });
  });

  it("survives a server that is not there, and a password that cannot be read", async () => {
    const { peer, send } = await rig();
    await peer.stop();
    expect(await send()).toMatchObject({ kind: "retry", code: "notify.unreachable" });
    const unreadable = async () => {
      throw new AppError("notify.no_secret", "the file cannot be read");
    };
    const { send: other } = await rig({}, { user: "box", password: unreadable });
    expect(await other()).toMatchObject({ kind: "retry", code: "notify.no_secret" });
  });

  it("cannot be made to carry headers or further receivers by its words", async () => {
    const { peer } = await rig();
    const evil = {
      ...words,
      title: "x\r\nBcc: thief@example.org\r\n\r\nbody",
      text: "a\r\n.\r\nRCPT TO:<thief@example.org>",
    };
    const deps = { host: "localhost", port: peer.port, security: "starttls" as const, user: null, password: null };
    const sender = emailSender({
      ...deps,
      ca: async () => tls.cert,
      from: "box@example.org",
      to: ["owner@example.org"],
    });
    expect(await sender.send(notice({ body: JSON.stringify(evil) }), never)).toMatchObject({ kind: "sent" });
    expect(peer.mails).toHaveLength(1);
    expect(peer.mails[0]?.to).toEqual(["owner@example.org"]);
    expect(peer.mails[0]?.data).not.toMatch(/^Bcc:/m);
  });
});
