// What every SIP edge does, whichever software is behind it. A rig brings the edge, phones that speak real SIP to it, and an anchor: the
// side of Asterisk, where calls come out that phones dial, and where phones are rung from.

import { afterEach, describe, expect, it } from "vitest";
import type { SipAccount } from "../../src/core/index.ts";
import type { IncomingChannel, RingTarget, SipEdge } from "../../src/voice/index.ts";
import { type PhoneCall, sdpOf } from "../sim/sip/phone-call.ts";
import { answerTo } from "../sim/sip/sip-message.ts";
import { ha1Of, type SipPhone, type SipPhoneOptions } from "../sim/sip/sip-phone.ts";

/** A call as the gateway has it. */
export interface AnchorCall {
  /** Resolves when the phone took it (or, for one that was dialled, when the phone's ACK came); rejects when it ends before. */
  readonly answered: Promise<unknown>;
  /** Resolves when it is over, with a word on why. */
  readonly ended: Promise<string>;
  hangUp(): Promise<unknown>;
  /** The next digit that the phone sends. */
  nextDigit(): Promise<string>;
  /** Resolves when the phone holds, and when it comes back. */
  held(): Promise<unknown>;
  resumed(): Promise<unknown>;
}

export interface DialledCall extends AnchorCall {
  readonly channel: IncomingChannel;
  ringing(): void;
  answer(): Promise<unknown>;
  refuse(status: number): void;
}

export interface EdgeRig {
  readonly edge: SipEdge;
  readonly realm: string;
  /** What is said of a phone that this edge cannot serve is `null`. */
  phone(options: Partial<SipPhoneOptions> & { readonly transport?: "udp" | "tcp" | "tls" }): Promise<SipPhone>;
  /** Rings all of them as one call: the first that answers gets it. */
  ring(targets: readonly RingTarget[], from: string): AnchorCall;
  nextDial(): Promise<DialledCall>;
  /** Calls that phones dialled so far, as far as they reached the anchor. */
  dials(): number;
  /** Entries that strangers can cause in the edge's memory; null where they are held elsewhere. */
  entries(): number | null;
  close(): Promise<void>;
}

const PASSWORD = "correct horse battery staple";

export function accountFor(user: string, realm: string, password = PASSWORD): SipAccount {
  const ha1 = { md5: ha1Of("MD5", user, realm, password), sha256: ha1Of("SHA-256", user, realm, password) };
  return { user, ha1, encryption: "none" };
}

/** Polls what has no event, without a wall clock: between two looks the machine does what it has to. */
export async function eventually(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setImmediate(resolve));
}

export function edgeContract(name: string, open: () => Promise<EdgeRig>): void {
  describe(name, () => contract(open));
}

function contract(open: () => Promise<EdgeRig>): void {
  let rig: EdgeRig;
  const USER = "renter0001";
  const sound = (): string => sdpOf(40_000);

  const start = async (...users: readonly string[]): Promise<void> => {
    rig = await open();
    await rig.edge.setAccounts([USER, ...users].map((user) => accountFor(user, rig.realm)));
  };
  const phoneOf = (
    user = USER,
    more: Partial<SipPhoneOptions> & { readonly transport?: "udp" | "tcp" | "tls" } = {},
  ): Promise<SipPhone> => rig.phone({ user, password: PASSWORD, ...more });
  const registered = async (
    user = USER,
    more: Partial<SipPhoneOptions> & { readonly transport?: "udp" | "tcp" | "tls" } = {},
  ): Promise<SipPhone> => {
    const phone = await phoneOf(user, more);
    expect((await phone.register()).status).toBe(200);
    // Some edges hear of it from elsewhere.
    await eventually(() => rig.edge.targets(user).length > 0);
    return phone;
  };
  /** A phone dials and is let in. */
  const dialled = async (
    phone: SipPhone,
    number = "+15550100",
  ): Promise<{ readonly call: PhoneCall; readonly far: DialledCall }> => {
    const far = rig.nextDial();
    return { call: phone.dial(number, sound()), far: await far };
  };

  afterEach(async () => {
    await rig.close();
  });

  describe("registration", () => {
    it.each([
      ["udp", "MD5"],
      ["udp", "SHA-256"],
      ["tcp", "MD5"],
      ["tls", "SHA-256"],
    ] as const)("of a phone over %s with %s makes its account one that can be rung", async (transport, algorithm) => {
      await start();
      expect(rig.edge.targets(USER)).toEqual([]);
      await registered(USER, { transport, algorithm, agent: "scripted phone/1" });
      await eventually(() => rig.edge.bindings().length === 1);
      expect(rig.edge.bindings()).toMatchObject([{ user: USER, transport, agent: "scripted phone/1" }]);
      expect(rig.edge.targets(USER).length).toBeGreaterThan(0);
      expect(rig.edge.dialogs()).toBe(0);
    });

    it("with a wrong password is refused, as one of a user that does not exist is", async () => {
      await start();
      const wrong = await phoneOf(USER, { password: "guess" });
      const unknown = await phoneOf("renter9999", { password: "guess" });
      const [one, two] = [await wrong.register(), await unknown.register()];
      expect([one.status, two.status]).toEqual([401, 401]);
      expect(two.headers.map(([header]) => header)).toEqual(one.headers.map(([header]) => header));
      expect(rig.edge.bindings()).toEqual([]);
    });

    it("again with the same contact stays one phone, and ends when the phone says so", async () => {
      await start();
      const phone = await registered();
      await registered();
      expect((await phone.register()).status).toBe(200);
      await eventually(() => rig.edge.bindings().length === 2);
      expect((await phone.register(0)).status).toBe(200);
      await eventually(() => rig.edge.bindings().length === 1);
    });

    it("ends with the account, and is refused from then on", async () => {
      await start("renter0002");
      const phone = await registered();
      await rig.edge.setAccounts([accountFor("renter0002", rig.realm)]);
      await eventually(() => rig.edge.bindings().length === 0);
      expect(rig.edge.targets(USER)).toEqual([]);
      expect((await phone.register()).status).toBeGreaterThanOrEqual(400);
    });
  });

  describe("a call to a renter", () => {
    it("rings all of his phones; the first that answers gets it, and the others stop", async () => {
      await start();
      const [one, two] = [await registered(), await registered(USER, { transport: "tls" })];
      await eventually(() => rig.edge.bindings().length === 2);
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      const [first, second] = [await one.nextCall(), await two.nextCall()];
      expect(first.request.get("From")).toContain("+15550111");
      first.ring();
      second.ring();
      await second.answer(sound());
      await call.answered;
      expect(await first.ended).toBe("cancelled");
      expect(rig.edge.dialogs()).toBeGreaterThan(0);
      await call.hangUp();
      expect(await second.ended).toBe("BYE");
      await eventually(() => rig.edge.dialogs() === 0);
    });

    it("ends for the caller when the phone hangs up", async () => {
      await start();
      const phone = await registered();
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      const taken = await phone.nextCall();
      await taken.answer(sound());
      await call.answered;
      expect((await taken.bye()).status).toBe(200);
      await call.ended;
      await eventually(() => rig.edge.dialogs() === 0);
    });

    it("that is given up before anyone answers stops ringing", async () => {
      await start();
      const phone = await registered();
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      const taken = await phone.nextCall();
      taken.ring();
      await call.hangUp();
      expect(await taken.ended).toBe("cancelled");
      await eventually(() => rig.edge.dialogs() === 0);
    });

    it.each([
      [486, "Busy Here"],
      [603, "Decline"],
    ])("that the phone refuses with %s is over", async (status, reason) => {
      await start();
      const phone = await registered();
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      (await phone.nextCall()).reject(status, reason);
      expect(await call.ended).toContain(String(status));
      await eventually(() => rig.edge.dialogs() === 0);
    });
  });

  describe("a call that a renter dials", () => {
    it("comes with its account and number, rings, is answered, and ends when the far side hangs up", async () => {
      await start();
      const { call, far } = await dialled(await phoneOf());
      expect(far.channel.dialled).toBe("+15550100");
      expect(await rig.edge.accountOf(far.channel)).toBe(USER);
      far.ringing();
      await call.status(180);
      await far.answer();
      await call.answered;
      await far.hangUp();
      expect(await call.ended).toBe("BYE");
      await eventually(() => rig.edge.dialogs() === 0);
    });

    it("holds, resumes, sends each digit once, and ends when the phone hangs up", async () => {
      await start();
      const { call, far } = await dialled(await registered(USER, { transport: "tcp" }));
      await far.answer();
      await call.answered;
      const held = far.held();
      expect((await call.hold(40_000)).status).toBe(200);
      await held;
      expect(call.remoteSdp).toMatch(/a=(recvonly|inactive)/);
      const resumed = far.resumed();
      expect((await call.resume(40_000)).status).toBe(200);
      await resumed;
      const digits = [far.nextDigit(), far.nextDigit()];
      expect((await call.digit("5")).status).toBe(200);
      expect((await call.digit("#")).status).toBe(200);
      expect(await Promise.all(digits)).toEqual(["5", "#"]);
      await call.bye();
      await far.ended;
      await eventually(() => rig.edge.dialogs() === 0);
    });

    it("is over for the far side when the phone gives up", async () => {
      await start();
      const { call, far } = await dialled(await phoneOf());
      far.ringing();
      await call.status(180);
      call.cancel();
      await far.ended;
      expect(await call.ended).toContain("487");
      await eventually(() => rig.edge.dialogs() === 0);
    });

    it("that is refused is over", async () => {
      await start();
      const { call, far } = await dialled(await phoneOf());
      far.refuse(486);
      expect(await call.ended).toContain("486");
      await eventually(() => rig.edge.dialogs() === 0);
    });

    it("without or with wrong credentials goes nowhere, whatever account it names itself", async () => {
      await start("renter0002");
      const stranger = await phoneOf(USER, { password: "guess" });
      const forged = stranger.dial("+15550100", sound(), [
        ["X-Account", USER],
        ["X-Media", "none"],
      ]);
      expect(await forged.ended).toMatch(/refused 40[137]/);
      // With an account of his own, but in the name of another.
      const other = await phoneOf("renter0002");
      const { far } = await dialled(other);
      expect(await rig.edge.accountOf(far.channel)).toBe("renter0002");
      far.refuse(486);
      const posing = other.make("INVITE", `sip:+15550100@${other.options.domain}`, [
        ["Contact", other.contact],
        ["X-Account", USER],
        ["Content-Type", "application/sdp"],
      ]);
      posing.body = sound();
      const before = rig.dials();
      const first = await other.ask(posing);
      const second = other.again(posing, first);
      if (second === null) throw new Error("no challenge");
      const dial = rig.nextDial();
      void other.ask(second);
      const posed = await dial;
      expect(rig.dials()).toBe(before + 1);
      expect(await rig.edge.accountOf(posed.channel)).toBe("renter0002");
      posed.refuse(486);
      await eventually(() => rig.edge.dialogs() === 0);
    });
  });

  describe("strangers", () => {
    it("with 1,000 INVITEs and 10,000 wrong REGISTERs ring and dial nothing, lock nobody out, and fill no memory", async () => {
      await start();
      const phone = await registered();
      const stranger = await rig.phone({ user: USER, password: "guess" });
      const challenge = await stranger.ask(
        stranger.make("REGISTER", `sip:${stranger.options.domain}`, [
          ["Contact", stranger.contact],
          ["Expires", "300"],
        ]),
      );
      expect(challenge.status).toBe(401);
      const names = [USER, "admin", "100", "renter0777"];
      for (let at = 0; at < 10_000; at++) {
        const request = stranger.make("REGISTER", `sip:${stranger.options.domain}`, [
          ["Contact", stranger.contact],
          ["Expires", "300"],
        ]);
        const again =
          stranger.again(request, challenge, { user: names[at % names.length] ?? USER, nc: at + 1 }) ?? request;
        stranger.stack.addVia(again, stranger.options.server);
        stranger.stack.send(again, stranger.options.server);
        if (at % 10 === 0) {
          const invite = stranger.make("INVITE", `sip:+1555${at}@${stranger.options.domain}`, [
            ["Contact", stranger.contact],
            ["Content-Type", "application/sdp"],
          ]);
          invite.body = sound();
          stranger.stack.addVia(invite, stranger.options.server);
          stranger.stack.send(invite, stranger.options.server);
        }
        // Lets the edge read, so that no socket's buffer decides what it hears.
        if (at % 20 === 0) for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await again(phone)).toBe(200);
      expect(rig.dials()).toBe(0);
      expect(phone.incoming).toEqual([]);
      expect(rig.edge.bindings()).toHaveLength(1);
      const entries = rig.entries();
      if (entries !== null) expect(entries).toBeLessThan(50);
      const far = rig.nextDial();
      const call = phone.dial("+15550100", sound());
      const early = call.ended.then((reason) => Promise.reject(new Error(`refused before it was dialled: ${reason}`)));
      (await Promise.race([far, early])).refuse(486);
      await expect(early).rejects.toThrow("486");
      await eventually(() => rig.edge.dialogs() === 0);
    }, 240_000);
  });

  /** As a phone does that got no answer: it asks again. */
  async function again(phone: SipPhone): Promise<number> {
    for (;;) {
      const { status } = await phone.register();
      if (status !== 408) return status;
    }
  }
}

export { answerTo, PASSWORD };
